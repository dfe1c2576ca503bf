import { promisedInTime, type StoreCallback } from "./express-call.ts";
import { KeyedLock } from "./keyed-lock.ts";

type Write = () => Promise<unknown>;

/** What a key holds by the store's own word: how to read it without the store, and how to tell the store once more. */
interface Confirmed {
  readonly read: () => unknown;
  readonly write: Write;
  /** When it is over by its own times. */
  readonly untilMs: number;
}

interface LateKey {
  /** Writes that were given up and that the store has not answered yet. */
  open: number;
  /** What was done after them and confirmed: what the key has to hold, whatever they do to it. */
  last: Confirmed | undefined;
  /** When all that they and it can leave in the store is over. */
  untilMs: number;
  /** One of them has arrived, and the last thing is not done again yet. */
  isBehind: boolean;
  isCatchingUp: boolean;
}

const RETRY_MS = 1000;

const MOST_WRITES = 10_000;

/**
 * The writes to a store that cannot compare: one of a key at a time, and remembered when the store did not answer in time.
 * Such a write is not undone: it may arrive minutes later, behind the logout that ended the session, and bring it back.
 *
 * While one is open, reads are answered with what was confirmed after it, and once it has arrived that is done again. One
 * that never arrives is forgotten when the session it would bring is over. While 10,000 are open no other write is begun:
 * each could be one more that has to be remembered.
 */
export class LateWrites {
  readonly #mostWrites: number;
  readonly #lock = new KeyedLock();
  readonly #keys = new Map<string, LateKey>();
  #waiting = 0;
  #unanswered = 0;

  /** @param mostWrites how many may wait, may be unanswered, and how many sessions may have a late one */
  constructor(mostWrites: number = MOST_WRITES) {
    this.#mostWrites = mostWrites;
  }

  /**
   * Does the work when no other work on the key is under way.
   *
   * @throws {Error} when too many wait
   */
  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#mostWrites) throw new Error(`${this.#mostWrites} writes wait for the store`);
    this.#waiting += 1;
    try {
      return await this.#lock.run(key, work);
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * Asks the store for a write, and waits five seconds for the answer.
   *
   * @param untilMs when what it leaves under the key is over; 0 for a write that only removes
   * @throws {Error} what the store fails with; when it does not answer; when it has not answered too many before
   */
  async ask(key: string, untilMs: number, call: (done: StoreCallback) => unknown): Promise<unknown> {
    if (this.#isFull(key)) this.#forgetWhatIsOver(Date.now());
    if (this.#isFull(key)) throw new Error(`the store has not answered ${this.#mostWrites} writes`);
    this.#unanswered += 1;
    let isLate = false;
    try {
      return await promisedInTime(call, (answered) => {
        isLate = true;
        this.#gaveUp(key, untilMs, answered);
      });
    } finally {
      if (!isLate) this.#unanswered -= 1;
    }
  }

  /** What a key holds although a late write may have arrived; `undefined` when the store is to be asked. */
  answerFor(key: string): Pick<Confirmed, "read"> | undefined {
    return this.#keys.get(key)?.last;
  }

  /** A write that the store has confirmed; `describe` is called where another one may still arrive, and nowhere else. */
  confirmed(key: string, describe: () => Confirmed): void {
    const late = this.#keys.get(key);
    if (late === undefined) return;
    late.last = describe();
    late.untilMs = Math.max(late.untilMs, late.last.untilMs);
  }

  /** A session with a late write may still be written: nothing else can do again what was done last. */
  #isFull(key: string): boolean {
    if (this.#unanswered >= this.#mostWrites) return true;
    return this.#keys.size >= this.#mostWrites && !this.#keys.has(key);
  }

  #gaveUp(key: string, untilMs: number, answered: Promise<unknown>): void {
    const late = this.#keys.get(key) ?? {
      open: 0,
      last: undefined,
      untilMs,
      isBehind: false,
      isCatchingUp: false,
    };
    this.#keys.set(key, late);
    late.open += 1;
    late.untilMs = Math.max(late.untilMs, untilMs);
    const arrived = (): void => this.#arrived(key, late);
    answered.then(arrived, arrived);
  }

  #arrived(key: string, late: LateKey): void {
    if (this.#keys.get(key) !== late) return;
    late.open -= 1;
    this.#unanswered -= 1;
    late.isBehind = true;
    if (!late.isCatchingUp) void this.#catchUp(key, late);
  }

  async #catchUp(key: string, late: LateKey): Promise<void> {
    late.isCatchingUp = true;
    while (late.isBehind && this.#keys.get(key) === late) {
      late.isBehind = false;
      try {
        // oxlint-disable-next-line no-await-in-loop -- another one may arrive meanwhile
        await this.#lock.run(key, async () => late.last?.write());
      } catch {
        // The store is away: reads go on being answered from here until it has the last word again.
        late.isBehind = true;
        // oxlint-disable-next-line no-await-in-loop -- as above
        await pause(RETRY_MS);
      }
    }
    late.isCatchingUp = false;
    if (late.open === 0 && this.#keys.get(key) === late) this.#keys.delete(key);
  }

  /** Whatever arrives now is refused by its own times when it is read. */
  #forgetWhatIsOver(nowMs: number): void {
    for (const [key, late] of this.#keys) {
      // So that a date nobody can read is never over.
      if (!(late.untilMs <= nowMs)) continue;
      this.#keys.delete(key);
      this.#unanswered -= late.open;
    }
  }
}

/** Keeps no process alive. */
async function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, forMs).unref();
  });
}
