/** What both threads count: parts that are taken, and sources that are read. */
export class Claims {
  readonly memory: SharedArrayBuffer;
  readonly #counts: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#counts = new Int32Array(memory);
  }

  /** Numbers from 0 on, each given once, whichever thread asks. */
  next(): number {
    return Atomics.add(this.#counts, 0, 1);
  }

  /** Counts a source; answers how many both threads have read. */
  countRead(): number {
    return Atomics.add(this.#counts, 1, 1) + 1;
  }
}
