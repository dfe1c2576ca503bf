import cluster, { type Worker } from "node:cluster";
import type { AddressInfo, Socket } from "node:net";
import { emitEvent } from "../events/index.ts";
import type { AddressPlaces } from "./address-places.ts";
import type { Identity } from "./privileges.ts";
import type { Certificate } from "./tls.ts";
import { isOurs, type ToPrimary, type ToWorker } from "./worker-messages.ts";
import { decideAfterDeath, decideFate, pickWorker, type WorkersPolicy } from "./worker-policy.ts";

/** What every worker is started with. */
export interface WorkerStart {
  readonly address: AddressInfo;
  readonly identity: Identity | undefined;
  certificates: readonly Certificate[];
}

interface Member {
  readonly worker: Worker;
  state: "starting" | "ready" | "retiring";
  readySinceMs: number | undefined;
  heardAtMs: number;
  /** Connections that are on their way to it; should it die before it takes them, another one gets them. */
  readonly sent: Map<number, Waiting>;
  readonly untaken: number;
  /** Connection by connection: the key its address is counted under. */
  readonly held: Map<number, string | undefined>;
  readonly open: number;
  lastGiven: number;
  refusal: string | undefined;
}

interface Waiting {
  readonly socket: Socket;
  readonly listener: number;
  readonly local: boolean;
  readonly key: string | undefined;
}

/** Connections that wait while no worker is ready; beyond, they are refused. */
const MAX_WAITING = 1024;
const CHECK_MS = 250;

/** Keeps so many workers alive, and gives each connection to the one that is least busy. */
export class Supervisor {
  readonly #policy: WorkersPolicy;
  readonly #start: WorkerStart;
  readonly #places: AddressPlaces;
  readonly #members = new Set<Member>();
  readonly #waiting: Waiting[] = [];
  readonly #outgrown = new WeakSet<Member>();
  readonly #onGiveUp: (reason: string) => void;
  readonly #checks: NodeJS.Timeout;
  #nextId = 0;
  #youngDeaths = 0;
  #closing = false;
  #reloading: Promise<void> | undefined;

  constructor(
    policy: WorkersPolicy,
    start: WorkerStart,
    places: AddressPlaces,
    onGiveUp: (reason: string) => void,
  ) {
    this.#policy = policy;
    this.#start = start;
    this.#places = places;
    this.#onGiveUp = onGiveUp;
    this.#checks = setInterval(() => this.#check(), CHECK_MS).unref();
    for (let index = 0; index < policy.count; index++) this.#fork();
  }

  /** Resolves once all workers are ready. */
  async ready(): Promise<void> {
    while (this.#count("ready") < this.#policy.count && !this.#closing) {
      // oxlint-disable-next-line no-await-in-loop -- until they are
      await pause(10);
    }
  }

  /** Hands one connection over, or lets it wait for a worker. */
  give(socket: Socket, listener: number, local: boolean): void {
    const key = local ? undefined : this.#places.keyOf(socket.remoteAddress ?? "");
    if (key !== undefined && !this.#places.take(key)) {
      socket.destroy();
      return;
    }
    socket.on("error", ignore);
    this.#place({ socket, listener, local, key });
  }

  #place(waiting: Waiting): void {
    const member = pickWorker(this.#ready());
    if (member !== undefined) this.#send(member, waiting);
    else if (this.#waiting.length < MAX_WAITING && !this.#closing) this.#waiting.push(waiting);
    else {
      waiting.socket.destroy();
      if (waiting.key !== undefined) this.#places.leave(waiting.key);
    }
  }

  /** Replaces all workers, one after the other; a new one that does not get ready leaves the old ones in place. */
  reload(certificates: readonly Certificate[]): Promise<void> {
    this.#start.certificates = certificates;
    return (this.#reloading ??= this.#reloadAll().finally(() => (this.#reloading = undefined)));
  }

  useCertificates(certificates: readonly Certificate[]): void {
    this.#start.certificates = certificates;
    for (const member of this.#members) tell(member, { hauberk: "certificates", certificates });
  }

  get certificates(): readonly Certificate[] {
    return this.#start.certificates;
  }

  announceEnd(): void {
    for (const member of this.#members) tell(member, { hauberk: "unready" });
  }

  /** Lets all workers drain; whoever is still there at the deadline is killed. */
  async close(hurry: boolean, timeoutMs: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#checks);
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
    const ends = [...this.#members].map((member) => ended(member));
    for (const member of this.#members) this.#retire(member, hurry);
    const deadline = setTimeout(() => {
      for (const { worker } of this.#members) worker.process.kill("SIGKILL");
    }, timeoutMs);
    await Promise.all(ends);
    clearTimeout(deadline);
  }

  async #reloadAll(): Promise<void> {
    for (const old of Array.from(this.#members)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: the rest goes on serving
      if (!(await this.#replace(old))) {
        emitEvent("server.reload-failed", { because: "a new worker did not get ready; the old ones go on" });
        return;
      }
    }
    emitEvent("server.reloaded", { because: `${this.#policy.count} workers replaced` });
  }

  /** @returns false when the new one did not get ready */
  async #replace(old: Member): Promise<boolean> {
    if (old.state === "retiring" || this.#closing) return true;
    const fresh = this.#fork({ replacement: true });
    while (fresh.state === "starting" && this.#members.has(fresh)) {
      // oxlint-disable-next-line no-await-in-loop -- until it is ready or dead
      await pause(10);
    }
    if (fresh.state !== "ready") return false;
    this.#retire(old, false);
    return true;
  }

  #retire(member: Member, hurry: boolean): void {
    if (member.state === "retiring") return;
    member.state = "retiring";
    tell(member, { hauberk: "drain", hurry });
  }

  #fork({ replacement = false } = {}): Member {
    const worker = cluster.fork();
    const held = new Map<number, string | undefined>();
    const sent = new Map<number, Waiting>();
    const member: Member = {
      worker,
      state: "starting",
      readySinceMs: undefined,
      heardAtMs: performance.now(),
      sent,
      held,
      get untaken() {
        return sent.size;
      },
      get open() {
        return held.size;
      },
      lastGiven: 0,
      refusal: undefined,
    };
    this.#members.add(member);
    worker.on("message", (message: unknown) => {
      if (isOurs(message)) this.#hear(member, message as ToPrimary);
    });
    worker.once("exit", (code, signal) => this.#bury(member, replacement, signal ?? `exit code ${code}`));
    // A send to a worker that is just dying fails; "exit" tells the rest.
    worker.on("error", ignore);
    return member;
  }

  #hear(member: Member, message: ToPrimary): void {
    member.heardAtMs = performance.now();
    switch (message.hauberk) {
      case "hello":
        return tell(member, { hauberk: "start", ...this.#start });
      case "ready":
        member.state = "ready";
        member.readySinceMs = performance.now();
        for (const waiting of this.#waiting.splice(0))
          this.#send(pickWorker(this.#ready()) ?? member, waiting);
        return undefined;
      case "refused":
        member.refusal = message.message;
        return undefined;
      case "taken":
        // Our copy of it; the worker's stays open.
        member.sent.get(message.id)?.socket.destroy();
        member.sent.delete(message.id);
        return undefined;
      case "closed":
        return this.#release(member, message.id);
      case "beat":
        return this.#judge(member, message.rssBytes);
      case "failing":
        member.state = "retiring";
        emitEvent("server.worker-replaced", { because: "an error nobody caught" });
        this.#fork();
        return undefined;
    }
  }

  #send(member: Member, waiting: Waiting): void {
    const id = (this.#nextId += 1);
    const { socket, listener, local, key } = waiting;
    member.held.set(id, key);
    member.sent.set(id, waiting);
    member.lastGiven = id;
    const message: ToWorker = { hauberk: "connection", id, listener, local };
    // A send that fails is told by "exit", too.
    member.worker.send(message, socket, { keepOpen: true }, ignore);
  }

  #release(member: Member, id: number): void {
    const key = member.held.get(id);
    member.held.delete(id);
    if (key !== undefined) this.#places.leave(key);
  }

  #judge(member: Member, rssBytes: number): void {
    if (member.state !== "ready" || decideFate({ rssBytes, silentMs: 0 }, this.#policy) !== "replace") return;
    // It goes on serving, and says so, until its replacement is ready.
    if (this.#outgrown.has(member)) return;
    this.#outgrown.add(member);
    emitEvent("server.worker-replaced", { because: `${Math.round(rssBytes / 1e6)} MB of memory` });
    void this.#replace(member).then((replaced) => {
      if (!replaced) this.#outgrown.delete(member);
    });
  }

  #check(): void {
    const now = performance.now();
    for (const member of this.#members) {
      if (member.state !== "ready") continue;
      const silentMs = now - member.heardAtMs;
      if (decideFate({ rssBytes: 0, silentMs }, this.#policy) !== "kill") continue;
      emitEvent("server.worker-replaced", { because: `silent for ${Math.round(silentMs)} ms` });
      member.worker.process.kill("SIGKILL");
    }
  }

  #bury(member: Member, replacement: boolean, how: string): void {
    this.#members.delete(member);
    const sent = [...member.sent];
    for (const [id] of sent) member.held.delete(id);
    for (const id of Array.from(member.held.keys())) this.#release(member, id);
    for (const [, waiting] of sent) this.#place(waiting);
    // A replacement that never got ready replaces nobody: the old one is still there.
    if (this.#closing || member.state === "retiring" || (replacement && member.state === "starting")) return;
    const servedMs = member.readySinceMs === undefined ? undefined : performance.now() - member.readySinceMs;
    const reason = member.refusal ?? how;
    const next = decideAfterDeath({ servedMs, youngDeaths: this.#youngDeaths });
    if (next.kind === "give-up") return this.#onGiveUp(reason);
    this.#youngDeaths = next.youngDeaths;
    emitEvent("server.worker-replaced", { because: reason });
    setTimeout(() => {
      if (!this.#closing) this.#fork();
    }, next.afterMs);
  }

  #ready(): Member[] {
    return [...this.#members].filter((member) => member.state === "ready" && member.worker.isConnected());
  }

  #count(state: Member["state"]): number {
    let count = 0;
    for (const member of this.#members) if (member.state === state) count += 1;
    return count;
  }
}

function tell({ worker }: Member, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, ignore);
}

function ended({ worker }: Member): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) resolve();
    else worker.once("exit", () => resolve());
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function ignore(): void {
  // What happened is told by another event.
}
