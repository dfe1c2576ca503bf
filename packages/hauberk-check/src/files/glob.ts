/** One sign of a glob: a character, or what its name says. */
type Sign = string | typeof SOME | typeof ALL | typeof ONE | typeof MAYBE;

/** Any characters of one name. */
const SOME = Symbol("some");
/** Any characters, slashes among them. */
const ALL = Symbol("all");
/** One character of a name. */
const ONE = Symbol("one");
/** The next two signs, or neither. */
const MAYBE = Symbol("maybe");

const SIGNS: Readonly<Record<string, readonly Sign[]>> = {
  "**/": [MAYBE, ALL, "/"],
  "**": [ALL],
  "*": [SOME],
  "?": [ONE],
};

const EXPRESSIONS: ReadonlyMap<Sign, string> = new Map<Sign, string>([
  [SOME, "[^/]*"],
  [ALL, ".*"],
  [ONE, "[^/]"],
]);

/** With more of them an expression takes years for a name that somebody chose for it. */
const MAX_LOOPS = 2;
const MAX_EXPRESSION = 1_000;

/** Whether a path is what a glob describes: `**` crosses folders, `*` and `?` do not, everything else is itself. */
export function globbed(text: string): (path: string) => boolean {
  const signs = (text.match(/\*\*\/?|[^]/g) ?? []).flatMap((one) => SIGNS[one] ?? one);
  const loops = signs.filter((one) => one === SOME || one === ALL).length;
  if (loops > MAX_LOOPS || signs.length > MAX_EXPRESSION) return (path) => fits(signs, path);
  const expression = expressionOf(signs);
  return (path) => expression.test(path);
}

function expressionOf(signs: readonly Sign[]): RegExp {
  const written = signs.map((one) => EXPRESSIONS.get(one) ?? String(one === MAYBE ? "" : one));
  const escaped = written.map((one) =>
    one.length === 1 ? one.replace(/[.*+?^${}()|[\]\\/]/, String.raw`\$&`) : one,
  );
  for (const [i, one] of signs.entries()) {
    if (one !== MAYBE) continue;
    escaped[i] = "(?:";
    escaped[i + 2] += ")?";
  }
  return new RegExp(`^${escaped.join("")}$`, "s");
}

/** Follows all ways to read a glob at once, so that the time is the product of both lengths. */
function fits(signs: readonly Sign[], path: string): boolean {
  let places = withSkipped(signs, new Set([0]));
  for (let at = 0; at < path.length && places.size > 0; at += 1) {
    const next = new Set<number>();
    for (const place of places) {
      const stays = taken(signs[place], path.charAt(at));
      if (stays !== undefined) next.add(stays ? place : place + 1);
    }
    places = withSkipped(signs, next);
  }
  return places.has(signs.length);
}

/** Whether a sign that takes this character may take more; `undefined` when it does not take it. */
function taken(sign: Sign | undefined, character: string): boolean | undefined {
  if (sign === ALL) return true;
  if (sign === SOME || sign === ONE) return character === "/" ? undefined : sign === SOME;
  return sign === character ? false : undefined;
}

/** The places, and those behind signs that may stand for nothing. */
function withSkipped(signs: readonly Sign[], places: Set<number>): Set<number> {
  for (const place of places) {
    const sign = signs[place];
    if (sign === SOME || sign === ALL || sign === MAYBE) places.add(place + 1);
    if (sign === MAYBE) places.add(place + 3);
  }
  return places;
}
