import { distance } from "./kit/distance.ts";
import { RULES } from "./registry.ts";

/** The closest known id, for a name typed wrong. */
export function nearestRule(id: string): string | undefined {
  const scored = RULES.map((rule) => ({ id: rule.id, score: distance(rule.id, id) })).toSorted(
    (a, b) => a.score - b.score,
  );
  const [best] = scored;
  return best !== undefined && best.score <= Math.max(3, id.length / 3) ? best.id : undefined;
}
