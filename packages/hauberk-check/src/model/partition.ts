/**
 * The groups that links make of some members: each member with the name of its group, which is that of its first member.
 * Links may lead in circles, and to what is no member.
 */
export function partition(
  members: Iterable<string>,
  links: Iterable<readonly [from: string, to: string]>,
): ReadonlyMap<string, string> {
  const above = new Map<string, string>();
  for (const member of members) above.set(member, member);
  const ranks = new Map([...above.keys()].map((member, i) => [member, i]));
  for (const [from, to] of links) {
    if (!above.has(from) || !above.has(to)) continue;
    const [a, b] = [topOf(above, from), topOf(above, to)];
    const isFirst = (ranks.get(a) ?? 0) < (ranks.get(b) ?? 0);
    if (a !== b) above.set(isFirst ? b : a, isFirst ? a : b);
  }
  return new Map([...above.keys()].map((member) => [member, topOf(above, member)]));
}

/** Shortens the way on the way: a thousand packages in a chain are looked up a thousand times. */
function topOf(above: Map<string, string>, member: string): string {
  let at = member;
  for (let up = above.get(at) ?? at; up !== at; up = above.get(at) ?? at) {
    above.set(at, above.get(up) ?? up);
    at = up;
  }
  return at;
}
