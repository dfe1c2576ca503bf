import { writeFileSync } from "node:fs";
import { buildToolkit, readConditions } from "./machine.ts";
import { measureVariant, type RoundOfVariant } from "./measure.ts";
import { type BenchOptions, HELP, parseBenchOptions } from "./options.ts";
import { formatTables, type Round, type Run } from "./report.ts";
import { formatResultsPage } from "./results-page.ts";
import { shuffled } from "./stats.ts";
import type { VariantName } from "./variants/variant.ts";

const options = parseBenchOptions(process.argv.slice(2));
if (options === undefined) console.log(HELP);
else await bench(options);

async function bench(chosen: BenchOptions): Promise<void> {
  buildToolkit();
  const rounds: Round[] = [];
  for (let number = 1; number <= chosen.rounds; number += 1) {
    console.log(`round ${number} of ${chosen.rounds}`);
    rounds.push(await measureRound(chosen));
  }
  const run: Run = { options: chosen, conditions: readConditions(), rounds };
  console.log(`\n${formatTables(run)}`);
  if (chosen.write) writeResults(run);
}

/** Every variant once, in a new order, so that no variant always follows the same one. */
async function measureRound(chosen: BenchOptions): Promise<Round> {
  const round: Partial<Record<VariantName, RoundOfVariant>> = {};
  for (const variant of shuffled(chosen.variants)) {
    const measured = await measureVariant(variant, chosen);
    round[variant] = measured;
    console.log(`  ${variant.padEnd(16)}${formatProgress(measured)}`);
  }
  return round;
}

function formatProgress({ get, post }: RoundOfVariant): string {
  const [page, form] = [get, post].map(({ cpuMicrosPerRequest }) =>
    cpuMicrosPerRequest.toFixed(1).padStart(6),
  );
  return `page ${page} us   form ${form} us   ${get.requestsPerSecond.toFixed(0).padStart(6)} pages/s`;
}

function writeResults(run: Run): void {
  writeFileSync(new URL("results.json", import.meta.url), `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(new URL("RESULTS.md", import.meta.url), formatResultsPage(run));
  console.log("wrote bench/RESULTS.md and bench/results.json");
}
