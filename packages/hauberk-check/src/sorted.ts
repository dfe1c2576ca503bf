/** The same order in every country, and without the tables of a collation. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export const sorted = (lines: Iterable<string>): readonly string[] => [...lines].toSorted();
