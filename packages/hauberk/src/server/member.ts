import cluster, { type Worker } from "node:cluster";
import type { Socket } from "node:net";
import { isOurs, type ToPrimary, type ToWorker } from "./worker-messages.ts";

/** A connection that no worker has taken yet. */
export interface Waiting {
  readonly socket: Socket;
  /** Which of the servers it came to. */
  readonly listener: number;
  /** Whether it came through a Unix-domain socket. */
  readonly local: boolean;
  /** What its address is counted under; undefined for a declared proxy. */
  readonly key: string | undefined;
}

/** More than two beats of a worker. */
const STALE_MS = 120;

/** One worker process, as its primary sees it. */
export class Member {
  /**
   * "serve" is one of those that were asked for; "replace" becomes one when it is ready, and replaces nobody when it is
   * not; "spare" waits, ready, until one of the others dies.
   */
  purpose: "serve" | "replace" | "spare";
  state: "starting" | "ready" | "retiring" = "starting";
  readySinceMs: number | undefined;
  heardAtMs: number = performance.now();
  /** Why it would not start. */
  refusal: string | undefined;
  /** A worker that has grown is replaced once, not with every beat until its replacement is ready. */
  outgrown = false;
  /** Connections that are on their way to it; should it die before it takes them, another one gets them. */
  readonly sent: Map<number, Waiting> = new Map();
  /** Connection by connection: the key its address is counted under. */
  readonly held: Map<number, string | undefined> = new Map();
  readonly generation: number;
  readonly #worker: Worker;

  /** @param generation how often the code was reloaded before it was started */
  constructor(
    purpose: Member["purpose"],
    generation: number,
    hear: (message: ToPrimary) => void,
    bury: (how: string) => void,
  ) {
    this.purpose = purpose;
    this.generation = generation;
    this.#worker = cluster.fork();
    this.#worker.on("message", (message: unknown) => {
      this.heardAtMs = performance.now();
      if (isOurs(message)) hear(message as ToPrimary);
    });
    this.#worker.once("exit", (code, signal) => bury(signal ?? `exit code ${code}`));
    // A send to a worker that is just dying fails; "exit" tells the rest.
    this.#worker.on("error", ignore);
  }

  get untaken(): number {
    return this.sent.size;
  }

  get open(): number {
    return this.held.size;
  }

  get stale(): boolean {
    return performance.now() - this.heardAtMs > STALE_MS;
  }

  /** Whether it may be given connections. */
  get serving(): boolean {
    return this.state === "ready" && this.purpose !== "spare" && this.#worker.isConnected();
  }

  /** How long it has been ready, or undefined when it never was. */
  get servedMs(): number | undefined {
    return this.readySinceMs === undefined ? undefined : performance.now() - this.readySinceMs;
  }

  tell(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, ignore);
  }

  /** A send that fails is told by "exit", too. The socket stays ours until the worker has taken it. */
  handOver(message: ToWorker, socket: Socket): void {
    this.#worker.send(message, socket, { keepOpen: true }, ignore);
  }

  kill(): void {
    this.#worker.process.kill("SIGKILL");
  }

  /** Resolves when the process is gone. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#worker.isDead()) resolve();
      else this.#worker.once("exit", () => resolve());
    });
  }
}

function ignore(): void {
  // What happened is told by another event.
}
