type Write = () => Promise<unknown>;

/** What a key holds by the store's own word: how to read it without the store, and how to tell the store once more. */
interface Confirmed {
  readonly read: () => unknown;
  readonly write: Write;
}

interface LateKey {
  /** Writes that were given up and that the store has not answered yet. */
  open: number;
  /** What was done after them and confirmed: what the key has to hold, whatever they do to it. */
  last: Confirmed | undefined;
}

const RETRY_MS = 1000;

/**
 * Writes that a store was asked for and did not answer in time. Such a write is not undone: it may arrive minutes later,
 * behind the logout that ended the session, and bring it back.
 *
 * While one is open, reads are answered with what was confirmed after it, and once it has arrived that is done again.
 */
export class LateWrites {
  readonly #keys = new Map<string, LateKey>();
  readonly #inTurn: (key: string, write: Write) => Promise<unknown>;

  /** @param inTurn does a write of a key when no other one of it is under way */
  constructor(inTurn: (key: string, write: Write) => Promise<unknown>) {
    this.#inTurn = inTurn;
  }

  /** What a key holds although a late write may have arrived; `undefined` when the store is to be asked. */
  answerFor(key: string): Pick<Confirmed, "read"> | undefined {
    return this.#keys.get(key)?.last;
  }

  /** A write that was given up; `answered` settles when the store answers it after all. */
  gaveUp(key: string, answered: Promise<unknown>): void {
    const late = this.#keys.get(key) ?? { open: 0, last: undefined };
    this.#keys.set(key, late);
    late.open += 1;
    const arrived = async (): Promise<void> => this.#arrived(key, late);
    void answered.then(arrived, arrived);
  }

  /** A write that the store has confirmed; `describe` is called where another one may still arrive, and nowhere else. */
  confirmed(key: string, describe: () => Confirmed): void {
    const late = this.#keys.get(key);
    if (late !== undefined) late.last = describe();
  }

  async #arrived(key: string, late: LateKey): Promise<void> {
    const redo = async (): Promise<unknown> => late.last?.write();
    try {
      await this.#inTurn(key, redo);
    } catch {
      // The store is away: reads go on being answered from here until it has the last word again.
      setTimeout(() => void this.#arrived(key, late), RETRY_MS).unref();
      return;
    }
    late.open -= 1;
    if (late.open === 0) this.#keys.delete(key);
  }
}
