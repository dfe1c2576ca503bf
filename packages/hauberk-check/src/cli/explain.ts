import { RULES } from "../rules/registry.ts";
import type { Rule } from "../rules/rule.ts";

/** The page of one rule, as `explain` prints it and the reference shows it. */
export function explain(id: string): string | undefined {
  const rule = RULES.find((one) => one.id === id);
  return rule === undefined ? undefined : pageOf(rule);
}

function pageOf(rule: Rule): string {
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
