import { existsSync, readFileSync, writeFileSync } from "node:fs";

const PAGE = new URL("../../../docs/reference/faults-server.md", import.meta.url);
const HEAD = `# What the server does when things fail

Written by \`npm run test:faults\`: one line for each fault, as it was last measured.

| fault | result | goal |
| --- | --- | --- |
`;

/** Puts one measurement on the page, in place of the last one of the same fault. */
export function record(fault: string, result: string, goal: string): void {
  const text = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : HEAD;
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| fault") && !line.startsWith("| ---"));
  const kept = rows.filter((row) => !row.startsWith(`| ${fault} |`));
  const sorted = [...kept, `| ${fault} | ${result} | ${goal} |`].toSorted((a, b) => a.localeCompare(b));
  writeFileSync(PAGE, `${HEAD}${sorted.join("\n")}\n`);
}
