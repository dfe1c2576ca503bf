import { formatTables, type Run } from "./report.ts";

/** bench/RESULTS.md: the tables, and what is needed to judge them. */
export function formatResultsPage(run: Run): string {
  return `# Side by side: bare Express, Hauberk, and the stack composed by hand

Written by \`npm run bench\`; the figures of every round are in [results.json](results.json), the method is in
[README.md](README.md). Each cell: **median** (least to most) over ${run.rounds.length} rounds. A ratio is taken within
each round, then summarised. Less CPU is better.

${formatTables(run)}
## Conditions

${formatConditions(run)}`;
}

function formatConditions({ options, conditions, rounds }: Run): string {
  const versions = Object.entries(conditions.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- ${rounds.length} rounds; in each, every variant in a new order and in a fresh server process;`,
    `  per variant and kind ${options.requests} requests over ${options.connections} keep-alive connections after a warm-up of a quarter of that`,
    `- ${conditions.cores} cores (${conditions.cpu}), shared with the load generator; Node ${conditions.node}, NODE_ENV=production`,
    `- ${versions.join(", ")}`,
    "",
  ].join("\n");
}
