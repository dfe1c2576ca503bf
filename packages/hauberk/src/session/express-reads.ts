import { promisedInTime, type StoreCallback } from "./express-call.ts";

const MOST_READS = 10_000;
const PROBE_EVERY_MS = 1000;

/**
 * The reads of a store that may never call back. Each is given up after five seconds, but the store keeps what it would
 * call: a client without a server queues commands for as long as the process runs.
 *
 * While 10,000 are open no other one is begun, but for one a second. When that is answered the store is back, and the others
 * are taken for lost.
 */
export class OpenReads {
  readonly #mostReads: number;
  readonly #nowMs: () => number;
  #open = 0;
  /** Another one once the open ones are taken for lost: what they answer after that counts for nothing. */
  #count = 0;
  #nextProbeMs = 0;

  constructor(mostReads: number = MOST_READS, nowMs: () => number = () => performance.now()) {
    this.#mostReads = mostReads;
    this.#nowMs = nowMs;
  }

  /**
   * Reads, and waits five seconds for the answer.
   *
   * @throws {Error} what the store fails with; when it does not answer; when it has not answered too many before
   */
  async ask(call: (done: StoreCallback) => unknown): Promise<unknown> {
    const isProbe = this.#open >= this.#mostReads;
    if (isProbe) this.#admitProbe();
    const count = this.#count;
    const answered = (): void => {
      if (count === this.#count) this.#open -= 1;
    };
    let isLate = false;
    this.#open += 1;
    try {
      return await promisedInTime(call, (later) => {
        isLate = true;
        later.then(answered, answered);
      });
    } finally {
      if (!isLate) answered();
      if (!isLate && isProbe) this.#startAnew(count);
    }
  }

  #admitProbe(): void {
    const nowMs = this.#nowMs();
    if (nowMs < this.#nextProbeMs) throw new Error(`the store has not answered ${this.#mostReads} reads`);
    this.#nextProbeMs = nowMs + PROBE_EVERY_MS;
  }

  #startAnew(count: number): void {
    if (count !== this.#count) return;
    this.#count += 1;
    this.#open = 0;
  }
}
