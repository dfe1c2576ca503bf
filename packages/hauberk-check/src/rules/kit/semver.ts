/** The three numbers of a version; `undefined` for anything that is not one exact version. */
export function exactVersion(text: string): readonly [number, number, number] | undefined {
  const match = /^[=v]?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** The lowest version a range allows, for ranges of the usual forms. */
export function lowestVersion(range: string): readonly [number, number, number] | undefined {
  const match = /^(?:[\^~]|>=\s*)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?/.exec(range.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2]) || 0, Number(match[3]) || 0];
}

export function isBelow(version: readonly [number, number, number], limit: string): boolean {
  const other = limit.split(".").map(Number);
  for (const i of [0, 1, 2] as const) {
    const difference = version[i] - (other[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The first version a `~` or `^` range no longer allows. */
export function upperBound(range: string): readonly [number, number, number] | undefined {
  const match = /^([~^])\s*(\d+)\.(\d+)\.(\d+)(?:[-+][\w.+-]*)?$/.exec(range.trim());
  if (match === null) return undefined;
  const [major, minor] = [Number(match[2]), Number(match[3])];
  return match[1] === "~" || major === 0 ? [major, minor + 1, 0] : [major + 1, 0, 0];
}
