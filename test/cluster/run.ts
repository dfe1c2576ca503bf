// `npm run test:cluster [part of a file's name]`: the whole browser test against three processes of the skeleton behind the
// shipped nginx configuration over TLS, with real Redis and PostgreSQL. A run of all files writes docs/reference/cluster.md.
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { exitWith } from "../../scripts/lib/failure.mjs";
import { ensureSystemTools } from "../../scripts/lib/system-tools.mjs";
import { type FileResult, writeResults } from "./results.ts";

const FOLDER = join(import.meta.dirname, "../browser");

/** Files that say nothing about the skeleton, each with the reason. */
const OTHER_APPLICATIONS: ReadonlyMap<string, string> = new Map([
  [
    "own-pages.test.ts",
    "another application, `test/apps/pages.ts`, with settings the skeleton does not have: `token: always`, a sign-in service",
  ],
]);

const [wanted = ""] = process.argv.slice(2);

await exitWith(async () => {
  Object.assign(process.env, await ensureSystemTools(["cluster"]), { BROWSER_TEST_TARGET: "cluster" });
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts") && name.includes(wanted));
  const files = names.filter((name) => !OTHER_APPLICATIONS.has(name)).map((name) => join(FOLDER, name));
  const results = await runFiles(files);
  if (wanted === "") writeResults(results, OTHER_APPLICATIONS);
  return results.every(({ failed }) => failed === 0) ? 0 : 1;
});

async function runFiles(files: readonly string[]): Promise<readonly FileResult[]> {
  const results = new Map<string, FileResult>();
  const stream = run({
    files: [...files],
    concurrency: Math.min(2, availableParallelism()),
    timeout: 400_000,
    forceExit: false,
    execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"],
  });
  stream.on("test:summary", ({ file, counts, duration_ms: ms }) => {
    if (file === undefined) return;
    const { tests, passed, skipped } = counts;
    results.set(file, { file, tests, failed: tests - passed - skipped, skipped, seconds: ms / 1000 });
  });
  stream.compose(spec).pipe(process.stdout);
  await new Promise((resolve) => {
    stream.once("end", resolve);
  });
  // A file that ended before its first test sends no summary, and must not be missing from the table.
  return files.map((file) => results.get(file) ?? { file, tests: 0, failed: 1, skipped: 0, seconds: 0 });
}
