import { exactVersion, isBelow, lowestVersion, newestAllowed } from "../../kit/semver.ts";

export type Version = readonly [number, number, number];

/** Versions of one line, from the first that has a hole up to the fixed one, or to the last that was published. */
export interface Part {
  readonly from: string;
  readonly fixed?: string;
  readonly last?: string;
}

/** `<2.6.7 || >=3.0.0 <3.1.1`, `<=0.3.1` and `*`. */
export function partsOf(range: string): readonly Part[] {
  return range.split("||").map((part) => {
    const bounds = part.trim().split(" ");
    const after = (sign: RegExp): string | undefined =>
      bounds.find((one) => sign.test(one))?.replace(/^\D+/, "");
    const [fixed, last] = [after(/^<\d/), after(/^<=/)];
    return { from: after(/^>=/) ?? "0.0.0", ...(fixed && { fixed }), ...(last && { last }) };
  });
}

/** The part that a version lies in. */
export function partAt(parts: readonly Part[], version: Version): Part | undefined {
  return parts.find((one) => !isBelow(version, one.from) && isBeforeEnd(version, one));
}

function isBeforeEnd(version: Version, part: Part): boolean {
  if (part.fixed !== undefined) return isBelow(version, part.fixed);
  return part.last === undefined || !isBelow(numbers(part.last), version.join("."));
}

/** What a declared range can give: its lowest version, and its newest where one is known. */
export interface Span {
  readonly lowest: Version;
  readonly newest: Version | undefined;
}

/** Of a version, or of a range as a manifest writes it. */
export function spanOf(text: string): Span | undefined {
  const exact = exactVersion(text);
  if (exact !== undefined) return { lowest: exact, newest: exact };
  const lowest = ANY.test(text.trim()) ? ([0, 0, 0] as const) : lowestVersion(text);
  return lowest && { lowest, newest: newestAllowed(text) };
}

const ANY = /^(?:\*|x|latest|)$/i;

/** Even the newest version of a range has the hole, or every version ever published. */
export function isCertain(parts: readonly Part[], { lowest, newest }: Span): boolean {
  if (newest !== undefined && partAt(parts, newest) !== undefined) return true;
  const part = partAt(parts, lowest);
  return part !== undefined && part.fixed === undefined && part.last === undefined;
}

/** Some version in it has the hole. */
export function isPossible(parts: readonly Part[], { lowest, newest }: Span): boolean {
  return parts.some(
    (one) => isBeforeEnd(lowest, one) && (newest === undefined || !isBelow(newest, one.from)),
  );
}

/** The smallest version above that none of these holes is in; `undefined` where one of them was never closed. */
export function closedIn(holes: readonly (readonly Part[])[], version: Version): Version | undefined {
  let at = version;
  for (;;) {
    const open = holes.map((parts) => partAt(parts, at)).find((part) => part !== undefined);
    if (open === undefined) return at;
    if (open.fixed === undefined) return undefined;
    at = numbers(open.fixed);
  }
}

const numbers = (version: string): Version => lowestVersion(version) ?? [0, 0, 0];
