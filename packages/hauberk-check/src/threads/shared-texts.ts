import { isAscii } from "node:buffer";

/** What both threads see of the same texts. */
export interface SharedMemory {
  readonly states: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

const READY = 1;
/** State, start and end of each text, behind the place the taker has reached. */
const FIELDS = 3;
const REACHED = 0;
const HEAD = 1;

/** The texts of a list of files, put there by one thread and taken by another. */
export class SharedTexts {
  readonly memory: SharedMemory;
  readonly #states: Int32Array;
  readonly #bytes: Buffer;
  #used: number = 0;

  constructor(memory: SharedMemory) {
    this.memory = memory;
    this.#states = new Int32Array(memory.states);
    this.#bytes = Buffer.from(memory.bytes);
  }

  /** For a number of files that have no more than so many bytes together; memory is taken when it is written to. */
  static withRoomFor(files: number, bytes: number): SharedTexts {
    return new SharedTexts({
      states: new SharedArrayBuffer((HEAD + files * FIELDS) * Int32Array.BYTES_PER_ELEMENT),
      bytes: new SharedArrayBuffer(bytes),
    });
  }

  /** The last text that was asked for. */
  get reached(): number {
    return Atomics.load(this.#states, REACHED);
  }

  /** A text for the taker; `false` when there is no room for it. */
  put(at: number, data: Uint8Array): boolean {
    // Anything but ASCII can be decoded in more than one way, so that is left to the one who always decodes it.
    if (!isAscii(data)) return true;
    const end = this.#used + data.length;
    if (end > this.#bytes.length) return false;
    this.#bytes.set(data, this.#used);
    const state = HEAD + at * FIELDS;
    this.#states[state + 1] = this.#used;
    this.#states[state + 2] = end;
    Atomics.store(this.#states, state, READY);
    this.#used = end;
    return true;
  }

  /** The text, when it was put there before it was asked for; says where the taker is. */
  take(at: number): string | undefined {
    Atomics.store(this.#states, REACHED, at);
    const state = HEAD + at * FIELDS;
    if (Atomics.load(this.#states, state) !== READY) return undefined;
    return this.#bytes.toString("latin1", this.#states[state + 1], this.#states[state + 2]);
  }
}
