import type { Place } from "./rules/rule.ts";

/** The same order in every country, and without the tables of a collation. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export const sorted = (lines: Iterable<string>): readonly string[] => [...lines].toSorted();

/** By file, then by line; what has no place comes first. */
export function byPlace(a: Place | undefined, b: Place | undefined): number {
  return byCodeUnits(a?.file ?? "", b?.file ?? "") || (a?.line ?? 0) - (b?.line ?? 0);
}
