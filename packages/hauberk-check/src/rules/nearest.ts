import { RULES } from "./registry.ts";

/** The closest known id, for a name typed wrong. */
export function nearestRule(id: string): string | undefined {
  const scored = RULES.map((rule) => ({ id: rule.id, score: distance(rule.id, id) })).toSorted(
    (a, b) => a.score - b.score,
  );
  const [best] = scored;
  return best !== undefined && best.score <= Math.max(3, id.length / 3) ? best.id : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
