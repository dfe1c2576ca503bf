/** Numbers from 0 on, each given once, whichever thread asks. */
export class Claims {
  readonly memory: SharedArrayBuffer;
  readonly #next: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#next = new Int32Array(memory);
  }

  next(): number {
    return Atomics.add(this.#next, 0, 1);
  }
}
