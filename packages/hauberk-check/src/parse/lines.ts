export interface Position {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 0, in UTF-16 units, as the parser and the engine count. */
  readonly column: number;
}

/**
 * Where each line of a text starts. Nodes carry offsets only: a line and a column in each node would be
 * more than half of what the parser allocates, and few nodes are ever named in a report.
 */
export class Lines {
  readonly #text: string;
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get count(): number {
    return this.#table().length;
  }

  at(offset: number): Position {
    const starts = this.#table();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) };
  }

  #table(): readonly number[] {
    this.#starts ??= startsOf(this.#text);
    return this.#starts;
  }
}

/** The line terminators of ECMAScript, section 12.3: two of them are no line breaks to an editor. */
function startsOf(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}
