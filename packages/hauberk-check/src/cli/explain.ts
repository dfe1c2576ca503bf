import { RULES } from "../rules/registry.ts";
import type { Rule } from "../rules/rule.ts";

/** The page of one rule, as `explain` prints it and the reference shows it. */
export async function explain(id: string): Promise<string | undefined> {
  const rule = RULES.find((one) => one.id === id);
  if (rule === undefined) return undefined;
  // Loaded when asked for: a run that checks has no use for it.
  const { EXAMPLES } = await import("../rules/examples.ts");
  return pageOf(rule, rule.example ?? EXAMPLES[id]);
}

function pageOf(rule: Rule, example: Rule["example"]): string {
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
    example === undefined ? "" : `Faulty:\n\n${indented(example.faulty)}`,
    example === undefined ? "" : `Fixed:\n\n${indented(example.fixed)}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const indented = (code: string): string => code.replace(/^(?=.)/gm, "    ");

export function listRules(): string {
  const width = Math.max(...RULES.map((rule) => rule.id.length));
  const rows = RULES.map((rule) => `${rule.id.padEnd(width)}  ${rule.severity.padEnd(8)}  ${rule.title}`);
  return `${rows.join("\n")}\n\n${String(RULES.length)} rules\n`;
}
