import { toPlace } from "../rules/places.ts";
import type { RawFinding } from "./context.ts";

/**
 * One literal that is known, a literal and short is one fault: where a rule has spoken, what another has to say of the very same
 * place is told beside it, and not as a finding more.
 */
export function withoutRepeated(raw: readonly RawFinding[]): readonly RawFinding[] {
  const roots = rootsOf(raw);
  if (roots.size === 0) return raw;
  const beside = new Map<RawFinding, Map<string, RawFinding>>();
  const kept = raw.filter((one) => {
    const root = roots.get(keyOf(one, one.rule.id));
    if (root === undefined) return true;
    beside.set(root, (beside.get(root) ?? new Map<string, RawFinding>()).set(one.rule.id, one));
    return false;
  });
  return kept.map((one) => withBeside(one, [...(beside.get(one)?.values() ?? [])]));
}

/** For each rule and place that need no finding of their own the first finding that says it, too. */
function rootsOf(raw: readonly RawFinding[]): ReadonlyMap<string, RawFinding> {
  const roots = new Map<string, RawFinding>();
  for (const one of raw)
    for (const id of toPlace(one.problem.at) === undefined ? [] : (one.rule.coversHere ?? [])) {
      const key = keyOf(one, id);
      const other = roots.get(key);
      if (other === undefined || isCovered(other, one)) roots.set(key, one);
    }
  return roots;
}

/** Of two that cover the same the one that covers the other is the root. */
const isCovered = (one: RawFinding, by: RawFinding): boolean =>
  by.rule.coversHere?.includes(one.rule.id) === true;

function keyOf({ problem }: RawFinding, rule: string): string {
  const place = toPlace(problem.at);
  return place === undefined ? "" : `${rule}\0${place.file}\0${String(place.line)}\0${String(place.column)}`;
}

function withBeside(one: RawFinding, others: readonly RawFinding[]): RawFinding {
  const more = others.flatMap(({ rule, problem }) =>
    problem.at === undefined ? [] : [{ at: problem.at, message: `${rule.id}: ${problem.message}` }],
  );
  if (more.length === 0) return one;
  return { ...one, problem: { ...one.problem, related: [...(one.problem.related ?? []), ...more] } };
}
