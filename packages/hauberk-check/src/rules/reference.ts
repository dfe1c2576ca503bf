import { EXAMPLES } from "./examples.ts";
import { RULES } from "./registry.ts";
import type { Rule } from "./rule.ts";

/** docs/reference/rules.md, from the same texts that \`explain\` prints. */
export function reference(): string {
  const groups = [...new Set(RULES.map((rule) => groupOf(rule)))];
  const rows = RULES.map(
    (rule) =>
      `| [${rule.id}](#${anchor(rule.id)}) | ${rule.severity} | ${rule.lenses.join(", ")} | ${rule.express.join(", ")} | ${rule.title} |`,
  );
  const head = `# Rules of hauberk-check

Generated from the rules themselves; \`hauberk-check explain <rule>\` prints the same. ${String(RULES.length)} rules.

| rule | severity | lenses | Express | finds |
|---|---|---|---|---|
${rows.join("\n")}
`;
  const pages = groups.map(
    (group) =>
      `\n## ${group}\n${RULES.filter((rule) => groupOf(rule) === group)
        .map(page)
        .join("")}`,
  );
  return head + pages.join("");
}

const groupOf = (rule: Rule): string => rule.id.split("/")[0] ?? rule.id;
const anchor = (id: string): string => id.replaceAll("/", "");

function page(rule: Rule): string {
  const cwe = rule.cwe
    .map((one) => `[CWE-${String(one)}](https://cwe.mitre.org/data/definitions/${String(one)}.html)`)
    .join(", ");
  const facts = [
    `severity ${rule.severity}`,
    `confidence ${rule.confidence}`,
    cwe,
    rule.asvs.length === 0 ? "" : `ASVS 5.0: ${rule.asvs.join(", ")}`,
  ];
  return `
### ${rule.id}

${rule.title}.

${facts.filter((part) => part !== "").join("; ")}

**Why.** ${rule.why}

**Fix.** ${rule.fix}
${rule.doc === undefined ? "" : `\n${rule.doc}\n`}${shown(rule)}`;
}

function shown(rule: Rule): string {
  const example = rule.example ?? EXAMPLES[rule.id];
  if (example === undefined) return "";
  const language = rule.example === undefined ? "js" : "http";
  return `\nFaulty:\n\n${fenced(example.faulty, language)}\nFixed:\n\n${fenced(example.fixed, language)}`;
}

const fenced = (code: string, language: string): string =>
  `\`\`\`${language}\n${code.replaceAll("```", "")}\n\`\`\`\n`;
