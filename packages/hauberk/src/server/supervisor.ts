import type { AddressInfo, Socket } from "node:net";
import { emitEvent } from "../events/index.ts";
import type { AddressPlaces } from "./address-places.ts";
import { sleep } from "./close.ts";
import { HandOver } from "./hand-over.ts";
import { Member } from "./member.ts";
import type { Identity } from "./privileges.ts";
import type { Certificate } from "./tls.ts";
import type { ToPrimary } from "./worker-messages.ts";
import { decideAfterDeath, decideFate, type WorkersPolicy } from "./worker-policy.ts";

/** What every worker is started with. */
export interface WorkerStart {
  readonly address: AddressInfo;
  readonly identity: Identity | undefined;
  certificates: readonly Certificate[];
  /** Shared by all, so that a client may resume its TLS session with any of them. Base64. */
  ticketKeys: string;
}

const CHECK_MS = 250;

/**
 * Keeps so many workers alive, and a spare one that is ready to step in: an application that takes seconds to start is
 * not missed for seconds when one of its workers dies.
 */
export class Supervisor {
  readonly #policy: WorkersPolicy;
  readonly #start: WorkerStart;
  readonly #members = new Set<Member>();
  readonly #handOver: HandOver;
  readonly #onGiveUp: (reason: string) => void;
  readonly #checks: NodeJS.Timeout;
  #generation = 0;
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
    this.#handOver = new HandOver(this.#members, places);
    this.#onGiveUp = onGiveUp;
    this.#checks = setInterval(() => this.#check(), CHECK_MS).unref();
    this.#fill();
  }

  /** Resolves once all workers are ready. */
  async ready(): Promise<void> {
    while (this.#serving < this.#policy.count && !this.#closing) {
      // oxlint-disable-next-line no-await-in-loop -- until they are
      await sleep(10);
    }
  }

  /** Hands one connection over, or lets it wait for a worker. */
  give(socket: Socket, listener: number, local: boolean): void {
    this.#handOver.give(socket, listener, local);
  }

  /** Replaces all workers, one after the other; a new one that does not get ready leaves the old ones in place. */
  reload(certificates: readonly Certificate[]): Promise<void> {
    this.#start.certificates = certificates;
    return (this.#reloading ??= this.#reloadAll().finally(() => (this.#reloading = undefined)));
  }

  useCertificates(certificates: readonly Certificate[]): void {
    this.#start.certificates = certificates;
    for (const member of this.#members) member.tell({ hauberk: "certificates", certificates });
  }

  useTicketKeys(ticketKeys: string): void {
    this.#start.ticketKeys = ticketKeys;
    for (const member of this.#members) member.tell({ hauberk: "ticket-keys", ticketKeys });
  }

  get certificates(): readonly Certificate[] {
    return this.#start.certificates;
  }

  announceEnd(): void {
    for (const member of this.#members) member.tell({ hauberk: "unready" });
  }

  /** Lets all workers drain; whoever is still there at the deadline is killed. */
  async close(hurry: boolean, timeoutMs: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#checks);
    this.#handOver.close();
    const ends = [...this.#members].map((member) => member.ended());
    for (const member of this.#members) this.#retire(member, hurry);
    const deadline = setTimeout(() => {
      for (const member of this.#members) member.kill();
    }, timeoutMs);
    await Promise.all(ends);
    clearTimeout(deadline);
  }

  async #reloadAll(): Promise<void> {
    this.#generation += 1;
    for (let old = this.#outdated(); old !== undefined; old = this.#outdated()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: the rest goes on serving
      if (!(await this.#replace(old))) {
        emitEvent("server.reload-failed", { because: "a new worker did not get ready; the old ones go on" });
        return;
      }
    }
    // It has the old code; the next one has the new.
    for (const member of this.#members) if (member.purpose === "spare") this.#retire(member, true);
    this.#fillSpare();
    emitEvent("server.reloaded", { because: `${this.#policy.count} workers replaced` });
  }

  /** Also a spare that stepped in meanwhile: it was started with the old code. */
  #outdated(): Member | undefined {
    for (const member of this.#members) {
      const { generation, purpose, state } = member;
      if (generation < this.#generation && purpose === "serve" && state !== "retiring") return member;
    }
    return undefined;
  }

  /** @returns false when the new one did not get ready */
  async #replace(old: Member): Promise<boolean> {
    if (old.state === "retiring" || this.#closing) return true;
    const fresh = this.#fork("replace");
    while (fresh.state === "starting" && this.#members.has(fresh)) {
      // oxlint-disable-next-line no-await-in-loop -- until it is ready or dead
      await sleep(10);
    }
    if (fresh.state !== "ready") return false;
    this.#retire(old, false);
    return true;
  }

  #retire(member: Member, hurry: boolean): void {
    if (member.state === "retiring") return;
    // It has no connection yet, and does not listen before it is ready.
    if (member.state === "starting") member.kill();
    member.state = "retiring";
    member.tell({ hauberk: "drain", hurry });
  }

  #fork(purpose: Member["purpose"]): Member {
    const member: Member = new Member(
      purpose,
      this.#generation,
      (message) => this.#hear(member, message),
      (how) => this.#bury(member, how),
    );
    this.#members.add(member);
    return member;
  }

  #hear(member: Member, message: ToPrimary): void {
    switch (message.hauberk) {
      case "hello":
        return member.tell({ hauberk: "start", ...this.#start });
      case "ready":
        return this.#welcome(member);
      case "refused":
        member.refusal = message.message;
        return undefined;
      case "taken":
        return this.#handOver.taken(member, message.id);
      case "closed":
        return this.#handOver.release(member, message.id);
      case "beat":
        return this.#judge(member, message.rssBytes);
      case "failing":
        if (member.state === "retiring") return undefined;
        member.state = "retiring";
        return this.#succeed(member, "an error nobody caught");
    }
  }

  #welcome(member: Member): void {
    if (member.state !== "starting") return;
    member.state = "ready";
    member.readySinceMs = performance.now();
    if (member.purpose === "replace") member.purpose = "serve";
    this.#handOver.serveWaiting();
    this.#fillSpare();
  }

  #judge(member: Member, rssBytes: number): void {
    if (member.state !== "ready" || member.outgrown) return;
    if (decideFate({ rssBytes, silentMs: 0 }, this.#policy) !== "replace") return;
    member.outgrown = true;
    emitEvent("server.worker-replaced", { because: `${Math.round(rssBytes / 1e6)} MB of memory` });
    if (member.purpose === "spare") {
      this.#retire(member, true);
      return this.#fillSpare();
    }
    // It goes on serving, and says so, until its replacement is ready.
    void this.#replace(member).then((replaced) => (member.outgrown = replaced));
  }

  #check(): void {
    const now = performance.now();
    for (const member of this.#members) {
      if (member.state !== "ready") continue;
      const silentMs = now - member.heardAtMs;
      if (decideFate({ rssBytes: 0, silentMs }, this.#policy) !== "kill") continue;
      emitEvent("server.worker-replaced", { because: `silent for ${Math.round(silentMs)} ms` });
      member.kill();
    }
  }

  #bury(member: Member, how: string): void {
    this.#members.delete(member);
    // First, so that somebody is there for the connections it leaves behind.
    const expected = this.#closing || member.state === "retiring" || member.purpose === "replace";
    if (!expected) this.#succeed(member, member.refusal ?? how);
    this.#handOver.reclaim(member);
  }

  /** Puts the spare in its place at once, and starts another one as soon as that makes sense. */
  #succeed(gone: Member, because: string): void {
    if (gone.purpose === "serve") this.#promoteSpare();
    const facts = { servedMs: gone.servedMs, youngDeaths: this.#youngDeaths, others: this.#serving };
    const next = decideAfterDeath(facts);
    if (next.kind === "give-up") return this.#onGiveUp(because);
    this.#youngDeaths = next.youngDeaths;
    emitEvent("server.worker-replaced", { because });
    setTimeout(() => this.#fill(), next.afterMs);
  }

  /** One that is still starting is nearer to being ready than one that is not even forked. */
  #promoteSpare(): void {
    const spares = [...this.#members].filter(
      ({ purpose, state }) => purpose === "spare" && state !== "retiring",
    );
    const best = spares.find(({ state }) => state === "ready") ?? spares[0];
    if (best === undefined) return;
    best.purpose = "serve";
    this.#handOver.serveWaiting();
  }

  #fill(): void {
    if (this.#closing) return;
    let missing = this.#policy.count - this.#count(({ purpose }) => purpose === "serve");
    for (; missing > 0; missing--) this.#fork("serve");
    this.#fillSpare();
  }

  /** Only once all others are there: it must not take their processor while visitors wait. */
  #fillSpare(): void {
    if (this.#closing || this.#serving < this.#policy.count) return;
    const spares = this.#count(({ purpose }) => purpose === "spare");
    for (let missing = this.#policy.spare - spares; missing > 0; missing--) this.#fork("spare");
  }

  get #serving(): number {
    return this.#count(({ serving }) => serving);
  }

  #count(counts: (member: Member) => boolean): number {
    let count = 0;
    for (const member of this.#members) if (member.state !== "retiring" && counts(member)) count += 1;
    return count;
  }
}
