/** A regular expression, as far as it matters for how long it may take. */
export type Part =
  /** One character of a set. */
  | { readonly k: "set"; readonly set: CharacterSet }
  | { readonly k: "all"; readonly parts: readonly Part[] }
  | { readonly k: "any"; readonly options: readonly Part[] }
  | {
      readonly k: "repeat";
      readonly min: number;
      readonly max: number;
      readonly part: Part;
      readonly text: string;
    }
  /** `^`, `$`, `\b`, what is looked ahead for, a back reference: takes nothing that could be counted, and may fail. */
  | { readonly k: "edge" };

/** Which of the ASCII characters, and of two others. */
export type CharacterSet = readonly boolean[];

const CHARACTERS = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  "\u00e9",
  "\u4e2d",
];
const MAX_LENGTH = 2_000;

/** `undefined` for one that is too long, or written in a way that is not read here. */
export function readExpression(source: string, flags: string): Part | undefined {
  if (source.length > MAX_LENGTH) return undefined;
  const reader = new Reader(source, flags.replace(/[^isu]/g, ""));
  try {
    const tree = reader.options();
    return reader.isAtEnd ? tree : undefined;
  } catch {
    return undefined;
  }
}

class Reader {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  options(): Part {
    const options = [this.#sequence()];
    while (this.#takes("|")) options.push(this.#sequence());
    const [only] = options;
    return only !== undefined && options.length === 1 ? only : { k: "any", options };
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (!this.isAtEnd && !/[|)]/.test(this.#source.charAt(this.#at))) {
      const start = this.#at;
      const one = this.#repeated(this.#single(), start);
      if (one.k === "all") parts.push(...one.parts);
      else parts.push(one);
    }
    return { k: "all", parts };
  }

  #single(): Part {
    if (this.#takes("(")) return this.#group();
    const edge = this.#match(/^(?:\^|\$|\\b|\\B|\\[1-9]|\\k<[^>]*>)/);
    if (edge !== undefined) return { k: "edge" };
    const text = this.#match(
      /^(?:\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]+\}|[pP]\{[^}]*\}|c[a-z]|.)|.)/isu,
    );
    if (text === undefined) throw new Error("nothing to read");
    return { k: "set", set: charactersOf(text, this.#flags) };
  }

  #group(): Part {
    const isLook = this.#match(/^\?<?[=!]/) !== undefined;
    if (!isLook) this.#match(/^\?(?::|<[^>]*>)/);
    const inner = this.options();
    if (!this.#takes(")")) throw new Error("an open group");
    return isLook ? { k: "edge" } : inner;
  }

  #repeated(part: Part, start: number): Part {
    const often = this.#match(/^(?:[*+?]|\{\d+(?:,\d*)?\})\??/);
    if (often === undefined) return part;
    const [min, max] = bounds(often);
    return { k: "repeat", min, max, part, text: this.#source.slice(start, this.#at) };
  }

  #takes(character: string): boolean {
    if (this.#source.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#source.slice(this.#at))?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

function bounds(often: string): readonly [number, number] {
  if (often.startsWith("*")) return [0, Infinity];
  if (often.startsWith("+")) return [1, Infinity];
  if (often.startsWith("?")) return [0, 1];
  const [, min = "0", comma = "", max = ""] = /\{(\d+)(,?)(\d*)/.exec(often) ?? [];
  return [Number(min), comma === "" ? Number(min) : max === "" ? Infinity : Number(max)];
}

/** Asked of the engine itself, one character at a time. */
function charactersOf(text: string, flags: string): CharacterSet {
  const one = new RegExp(`^(?:${text})$`, flags);
  return CHARACTERS.map((character) => one.test(character));
}
