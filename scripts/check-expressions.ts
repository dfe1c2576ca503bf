// Fails when a regular expression of ours may take more than linear time: one request would then stop a process.
// @see https://makenowjust-labs.github.io/recheck/
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "recheck";
import { findExpressions } from "./lib/expressions.ts";
import { filesBelow } from "./lib/files.mjs";
import { root } from "./lib/paths.mjs";
import { isProved, keyOfExpression, type ProvedExpressions } from "./lib/proved-expressions.ts";
import {
  isBounded,
  isListed,
  verdictOf,
  type ListedExpression,
  type PlacedExpression,
} from "./lib/regex-verdict.ts";
import { publishedPackages } from "./lib/workspaces.ts";

// By the clock: a machine that does much else besides must not turn a proof into none.
const TIMEOUT_MS = 180_000;
// An attack has succeeded when it took this many steps. By its own clock of a second, what is slow is the machine: with ten
// programs to each processor, expressions that are linear were called polynomial.
const ATTACK = { attackLimit: 30_000_000, attackTimeout: TIMEOUT_MS, incubationTimeout: TIMEOUT_MS };
// The JavaScript of the package itself: its Java and native builds are not installed.
process.env["RECHECK_BACKEND"] = "pure";

// `--all` proves every expression, also one proved before, and writes down what it proved. Other folders may be given,
// for a test.
const isAll = process.argv.includes("--all");
const folders = process.argv.slice(2).filter((word) => word !== "--all");
const base = folders.length > 0 ? process.cwd() : root;
const places =
  folders.length > 0
    ? folders
    : [...publishedPackages().map((folder) => `${folder}/src`), "skeleton/src", "scripts"];
const listed = (
  folders.length > 0 ? [] : JSON.parse(readFileSync(join(root, "scripts/reviewed-expressions.json"), "utf8"))
) as readonly ListedExpression[];

const PROVED = join(root, "scripts/proved-expressions.json");
const { version } = JSON.parse(readFileSync(join(root, "node_modules/recheck/package.json"), "utf8")) as {
  readonly version: string;
};
const before: ProvedExpressions =
  folders.length > 0 || isAll
    ? { recheck: version, keys: [] }
    : (JSON.parse(readFileSync(PROVED, "utf8")) as ProvedExpressions);

const files = filesBelow(places, base).filter(
  (path) => /\.[cm]?[jt]s$/.test(path) && !/\.test\.[cm]?[jt]s$|\/tests\//.test(path),
);
let atRunTime = 0;
const found = files.flatMap((path): PlacedExpression[] => {
  const { expressions, atRunTime: lines } = findExpressions(readFileSync(join(base, path), "utf8"));
  atRunTime += lines.length;
  return expressions.map((expression) => ({ path, ...expression }));
});

let failures = 0;
let known = 0;
const proved = new Set<string>();
for (const expression of found) {
  if (isBounded(expression) || listed.some((entry) => isListed(entry, expression))) continue;
  if (isProved(expression, before, version, Date.now())) {
    known += 1;
    continue;
  }
  const { path, line, source, flags } = expression;
  if (proved.has(keyOfExpression(expression))) continue;
  const verdict = verdictOf(await check(source, flags, { timeout: TIMEOUT_MS, ...ATTACK }));
  if (verdict === "safe") {
    proved.add(keyOfExpression(expression));
    continue;
  }
  failures += 1;
  console.error(`[SLOW_EXPRESSION] ${path}:${line} ${verdict}: /${source}/${flags}`);
  console.error("  Why: a text made for it keeps the process busy; nothing else is answered meanwhile.");
  console.error("  Fix: let no two repetitions match the same text, or read it with indexOf and a loop.");
}
for (const entry of listed.filter((each) => !found.some((expression) => isListed(each, expression)))) {
  failures += 1;
  console.error(`[SLOW_EXPRESSION] ${entry.path}: /${entry.source}/ is listed and not there any more.`);
  console.error("  Why: an entry nobody needs would let the expression come back unseen.");
  console.error("  Fix: delete it from scripts/reviewed-expressions.json.");
}
if (isAll)
  writeFileSync(PROVED, `${JSON.stringify({ recheck: version, keys: [...proved].toSorted() }, null, 2)}\n`);
const reviewed = listed.filter(({ verdict }) => verdict !== "safe").length;
if (failures === 0)
  console.log(
    `${found.length} expressions in ${files.length} files: ${found.length - reviewed} proved linear, ` +
      `${known} of them before (npm run regex:prove proves all); ${reviewed} reviewed; ${atRunTime} are put together at run time and not checked.`,
  );
process.exit(failures === 0 && found.length > 0 ? 0 : 1);
