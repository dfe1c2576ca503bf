import { RULES } from "../rules/registry.ts";
import type { Rule } from "../rules/rule.ts";

/** The page of one rule, as `explain` prints it and the reference shows it. */
export function explain(id: string): string | undefined {
  const rule = RULES.find((one) => one.id === id);
  return rule === undefined ? undefined : pageOf(rule);
}

export function pageOf(rule: Rule): string {
  const cwe = rule.cwe.map((one) => `CWE-${String(one)}`).join(", ");
  const facts = [
    `severity ${rule.severity}`,
    `confidence ${rule.confidence}`,
    cwe,
    rule.asvs.length === 0 ? "" : `ASVS 5.0 ${rule.asvs.join(", ")}`,
    `lenses ${rule.lenses.join(", ")}`,
    `Express ${rule.express.join(", ")}`,
  ];
  const parts = [
    `${rule.id}: ${rule.title}`,
    facts.filter((part) => part !== "").join(" | "),
    `Why: ${rule.why}`,
    `Fix: ${rule.fix}`,
    rule.doc ?? "",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

export function listRules(): string {
  const width = Math.max(...RULES.map((rule) => rule.id.length));
  const rows = RULES.map((rule) => `${rule.id.padEnd(width)}  ${rule.severity.padEnd(8)}  ${rule.title}`);
  return `${rows.join("\n")}\n\n${String(RULES.length)} rules\n`;
}

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
