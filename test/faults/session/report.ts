import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus } from "node:os";
import { anonymousFlood, fixations, forgedCookies, logoutRaces, parallelWrites, withApp } from "./races.ts";
import { OPENERS, STORE_NAMES } from "./stores.ts";

/**
 * The full counts, about ten minutes:
 * node --expose-gc --conditions=source test/faults/session/report.ts [share of the counts, default 1]
 */
const share = Number(process.argv[2] ?? 1);
const counts = {
  logoutRaces: Math.round(1000 * share),
  parallelRounds: Math.round(100 * share),
  fixations: Math.round(1000 * share),
  forgedCookies: Math.round(100_000 * share),
  anonymousGets: Math.round(300_000 * share),
};

const results: Record<string, unknown> = {};
for (const name of STORE_NAMES) {
  const { store, close } = await OPENERS[name]();
  results[name] = await withApp(store, async (served) => ({
    revived: await logoutRaces(served, counts.logoutRaces),
    writesKept: await parallelWrites(served, counts.parallelRounds),
    writesMade: counts.parallelRounds * 30,
    fixationsSeen: await fixations(served, counts.fixations),
    forged: await forgedCookies(served, counts.forgedCookies),
    ...(name === "sqlite" ? { anonymous: await anonymousFlood(served, counts.anonymousGets) } : {}),
  }));
  await close();
  process.stdout.write(`${name} ${JSON.stringify(results[name])}\n`);
}
const folder = new URL("../results/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL("session-races.json", folder),
  `${JSON.stringify({ command: "node --expose-gc --conditions=source test/faults/session/report.ts", node: process.version, cpu: cpus()[0]?.model, arch: arch(), counts, results }, null, 2)}\n`,
);
