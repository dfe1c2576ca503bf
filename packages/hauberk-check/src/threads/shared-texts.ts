import type { Ahead } from "../files/discover.ts";
import type { Glance } from "../files/glance.ts";

/** What both threads see of the same texts. */
export interface SharedMemory {
  readonly states: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

/** What a state says; 0 as long as nobody has looked. */
const SEEN = 1;
const WORTH_READING = 2;
const NAMES_EXPRESS = 4;
const HAS_MARK = 8;
/** State of each file, where its text starts and ends, and where its specifiers, which follow, end; behind how far the taker has come. */
const FIELDS = 4;
const REACHED = 0;
const HEAD = 1;

/** What a list of files says at a glance and the texts worth reading, put there by one thread and taken by another. */
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
    const states = new SharedArrayBuffer((HEAD + files * FIELDS) * Int32Array.BYTES_PER_ELEMENT);
    new Int32Array(states)[REACHED] = files;
    return new SharedTexts({ states, bytes: new SharedArrayBuffer(bytes) });
  }

  /** The first text that was asked for, and before that their number. */
  get reached(): number {
    return Atomics.load(this.#states, REACHED);
  }

  /** A text in ASCII for the taker, and what it says at a glance; `false` when there is no room for it. */
  put(at: number, text: Uint8Array, seen: Glance): boolean {
    const specifiers = Buffer.from(seen.specifiers.join(SEPARATOR), "latin1");
    const start = this.#used;
    const end = start + (seen.isWorthReading ? text.length : 0);
    if (end + specifiers.length > this.#bytes.length) return false;
    if (seen.isWorthReading) this.#bytes.set(text, start);
    this.#bytes.set(specifiers, end);
    this.#used = end + specifiers.length;
    const state = HEAD + at * FIELDS;
    this.#states.set([start, end, this.#used], state + 1);
    Atomics.store(this.#states, state, SEEN | flagsOf(seen));
    return true;
  }

  /** The text, when it is worth reading and was put there before it was asked for. */
  take(at: number): string | undefined {
    const state = Atomics.load(this.#states, HEAD + at * FIELDS);
    return (state & WORTH_READING) === 0 ? undefined : this.#between(at, 1);
  }

  /** What the text says at a glance, when it was put there before it was asked for; says where the taker is. */
  glance(at: number): Glance | undefined {
    Atomics.store(this.#states, REACHED, Math.min(at, this.reached));
    const state = Atomics.load(this.#states, HEAD + at * FIELDS);
    if (state === 0) return undefined;
    const specifiers = this.#between(at, 2);
    return {
      isWorthReading: (state & WORTH_READING) !== 0,
      namesExpress: (state & NAMES_EXPRESS) !== 0,
      hasMark: (state & HAS_MARK) !== 0,
      specifiers: specifiers === "" ? [] : specifiers.split(SEPARATOR),
    };
  }

  /** What stands between a field and the next one. */
  #between(at: number, field: number): string {
    const from = HEAD + at * FIELDS + field;
    return this.#bytes.toString("latin1", this.#states[from], this.#states[from + 1]);
  }
}

/** The texts under the paths of the list that they are of. */
export function aheadOf(paths: readonly string[], texts: SharedTexts): Ahead {
  const places = new Map(paths.map((path, at) => [path, at]));
  const placed = <Answer>(path: string, ask: (at: number) => Answer): Answer | undefined => {
    const at = places.get(path);
    return at === undefined ? undefined : ask(at);
  };
  return {
    text: (path) => placed(path, (at) => texts.take(at)),
    glance: (path) => placed(path, (at) => texts.glance(at)),
  };
}

/** No specifier goes on behind the end of its line. */
const SEPARATOR = "\n";

const flagsOf = ({ isWorthReading, namesExpress, hasMark }: Glance): number =>
  (isWorthReading ? WORTH_READING : 0) | (namesExpress ? NAMES_EXPRESS : 0) | (hasMark ? HAS_MARK : 0);
