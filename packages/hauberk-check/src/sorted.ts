export const sorted = (lines: Iterable<string>): readonly string[] => [...lines].toSorted();
