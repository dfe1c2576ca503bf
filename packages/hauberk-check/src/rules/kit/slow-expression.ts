import { readExpression, type CharacterSet, type Part } from "./expression-tree.ts";

type Repeat = Extract<Part, { k: "repeat" }>;

/**
 * The part of a regular expression that can take a time that doubles with every character: a repetition whose inside matches
 * the same text in several ways, with something behind it that the text can fail at. `undefined` when there is none for certain.
 */
export function slowPart(source: string, flags: string): string | undefined {
  const tree = readExpression(source, flags);
  return tree === undefined ? undefined : slowIn(tree, []);
}

function slowIn(part: Part, behind: readonly Part[]): string | undefined {
  switch (part.k) {
    case "all":
      return firstOf(part.parts, (one, i) => slowIn(one, [...part.parts.slice(i + 1), ...behind]));
    case "any":
      return firstOf(part.options, (one) => slowIn(one, behind));
    case "repeat": {
      const pumped = part.max > MANY ? ambiguous(part.part) : undefined;
      if (pumped !== undefined && canFail(pumped, behind)) return part.text;
      return slowIn(part.part, behind);
    }
    default:
      return undefined;
  }
}

/** A part that repeats less often is done in time. */
const MANY = 20;

/** The characters of which a text can be made that the inside of a repetition divides up in more than one way. */
function ambiguous(inside: Part): CharacterSet | undefined {
  const options = inside.k === "any" ? inside.options : [inside];
  const own = firstOf(options, (one) => repeatedAlone(one.k === "all" ? one.parts : [one]));
  if (own !== undefined) return own;
  const sets = options.flatMap((one) => {
    const [only, ...more] = one.k === "all" ? one.parts : [one];
    return only?.k === "set" && more.length === 0 ? [only.set] : [];
  });
  return firstOf(sets, (set, i) => {
    const shared = sets.slice(i + 1).map((other) => set.map((has, k) => has && other[k] === true));
    return shared.find((both) => both.includes(true));
  });
}

/**
 * `a+` of `(a+)*`, `(-?a+)*` and `(a{2,4})*`, `[ab]*` of `([ab]*a)*`: a run of what all parts take is one round of the outer
 * repetition or several.
 */
function repeatedAlone(parts: readonly Part[]): CharacterSet | undefined {
  const runs = parts.filter((one): one is Repeat => one.k === "repeat" && one.max > 1 && one.max !== one.min);
  return firstOf(runs, (run) => {
    const needed = parts.filter((one) => one === run || !isOptional(one));
    const sets = needed.map((one) => setOf(one.k === "repeat" ? one.part : one));
    const shared = sets.reduce((all, set) =>
      all && set ? all.map((has, i) => has && set[i] === true) : undefined,
    );
    return shared?.includes(true) === true ? shared : undefined;
  });
}

const setOf = (part: Part): CharacterSet | undefined => {
  const [only, ...more] = part.k === "all" ? part.parts : [part];
  return only?.k === "set" && more.length === 0 ? only.set : undefined;
};

const isOptional = (part: Part): boolean =>
  part.k === "repeat"
    ? part.min === 0 || isOptional(part.part)
    : part.k === "all"
      ? part.parts.every(isOptional)
      : part.k === "any" && part.options.some(isOptional);

/** Whether a text that ends in such characters can fail at what stands behind: at `$` and `@`, not at `.*`. */
function canFail(pumped: CharacterSet, behind: readonly Part[]): boolean {
  for (const part of behind) {
    if (part.k === "edge") return true;
    const set = part.k === "repeat" ? setOf(part.part) : setOf(part);
    const takesAll = set !== undefined && pumped.every((has, i) => !has || set[i] === true);
    if (takesAll && isOptional(part)) return false;
    if (!takesAll && !isOptional(part)) return true;
  }
  return false;
}

function firstOf<T, R>(list: readonly T[], of: (one: T, i: number) => R | undefined): R | undefined {
  for (const [i, one] of list.entries()) {
    const found = of(one, i);
    if (found !== undefined) return found;
  }
  return undefined;
}
