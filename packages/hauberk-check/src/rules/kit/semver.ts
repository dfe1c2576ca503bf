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

/** The first version that `~1.2.3`, `^1.2.3`, `1.2.x` or `^1` no longer allows. */
function upperBound(range: string): readonly [number, number, number] | undefined {
  const match = PARTIAL.exec(range.trim());
  if (match === null) return undefined;
  const [major, minor] = [Number(match[2]), match[3]];
  return minor === undefined || (match[1] === "^" && major > 0)
    ? [major + 1, 0, 0]
    : [major, Number(minor) + 1, 0];
}

const PARTIAL = /^([~^]?)\s*v?(\d+)(?:\.(?:(\d+)(?:\.(?:\d+(?:[-+][\w.+-]*)?|[x*]))?|[x*](?:\.[x*])?))?$/i;

/** Whether a version, or the lowest one that a range allows, is older than another; `undefined` where nothing says. */
export function isOlder(version: string | undefined, limit: string): boolean | undefined {
  const lowest = version === undefined ? undefined : lowestVersion(version);
  return lowest && isBelow(lowest, limit);
}

/** The newest version a range can give: when even that one is old, the range is certain. */
export function newestAllowed(range: string): readonly [number, number, number] | undefined {
  const bounds = range.split("||").map(upperBound);
  const bound = bounds.reduce((a, b) => a && b && (isBelow(a, b.join(".")) ? b : a));
  if (bound === undefined) return undefined;
  const [major, minor] = bound;
  return minor > 0 ? [major, minor - 1, NEWEST] : [major - 1, NEWEST, NEWEST];
}

const NEWEST = 99_999;
