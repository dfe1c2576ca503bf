import { spawnSync } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * How long one run of the built command takes, from start to exit, and how much memory it needs: on one application of
 * about 5,000 lines, on fourteen small ones of as many lines together, which have hundreds of findings, and on 430,000
 * lines of which a tenth are Express applications. Beside the last one stands what the parser alone takes for the same lines:
 * wall times of two machines, or of two hours on one, cannot be compared, and this ratio can.
 * `npm run bench:check` writes results.json beside this file; the packages are built before, as for publication.
 */
const ROUNDS = 3;
const HERE = fileURLToPath(new URL("./", import.meta.url));
const ROOT = join(HERE, "../../..");
const APPS = join(HERE, "../fixtures/apps");
const SKELETON = join(ROOT, "skeleton");

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMegabytes: number;
  readonly lines: number;
  /** Lines of the sources that were parsed: the rest says by its text that no rule has anything to look at. */
  readonly parsedLines: number;
}

/** A folder to check, and how the checker ends there. */
interface Target {
  readonly folder: string;
  readonly exitCode: 0 | 1;
}

/** Runs in the child: the checker's own process says what it used, after all its work. */
const WRAPPER: string = `
const { writeFileSync } = require("node:fs");
process.on("exit", () => {
  const used = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ wallMs: performance.now(), cpuMs: (used.userCPUTime + used.systemCPUTime) / 1000, peakMegabytes: used.maxRSS / 1024 }));
});`;

const scratch = mkdtempSync(join(tmpdir(), "hauberk-check-bench-"));
try {
  const large = largeFolder();
  const results = {
    node: process.version,
    processor: `${cpus()[0]?.model ?? "unknown"}, ${String(availableParallelism())} cores`,
    // Above the number of cores, the wall times below say more about the neighbours than about the checker.
    loadAverage: loadavg()[0],
    rounds: ROUNDS,
    // Where the goal of 3 s was set, the parser alone took 1,213 ms for as many lines (2026-11, shared measurements of parsers).
    targets: { oneWallMs: 500, largeWallMs: 3_000, largePeakMegabytes: 600, largeInParsers: 2.5 },
    one: measure({ folder: oneFolder(), exitCode: 0 }),
    fourteen: measure({ folder: appsFolder(), exitCode: 1 }),
    large: { ...measure({ folder: large, exitCode: 1 }), ...inParsers({ folder: large, exitCode: 1 }) },
  };
  writeFileSync(join(HERE, "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(JSON.stringify(results, undefined, 2));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The skeleton without its tests: one application with sessions, uploads, a database and templates. */
function oneFolder(): string {
  const folder = join(scratch, "one");
  cpSync(SKELETON, folder, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|dist)$|\.test\.ts$/.test(path),
  });
  return folder;
}

/** The fixture apps, until there are 5,000 lines. */
function appsFolder(): string {
  const folder = join(scratch, "apps");
  let lines = 0;
  for (const path of globSync("{secure,faulty}-*", { cwd: APPS }).toSorted()) {
    if (lines >= 5_000) break;
    cpSync(join(APPS, path), join(folder, path), { recursive: true });
    for (const file of globSync("**/*.{js,ts}", { cwd: join(folder, path) }))
      lines += linesOf(join(folder, path, file));
  }
  return folder;
}

/** The fixture apps until a tenth is reached, then the sources of the installed packages. */
function largeFolder(): string {
  const folder = join(scratch, "large");
  let lines = 0;
  for (let copy = 0; lines < 43_000; copy += 1) {
    for (const path of globSync("{secure,faulty}-*", { cwd: APPS })) {
      const target = join(folder, `services/${path}-${String(copy)}`);
      cpSync(join(APPS, path), target, { recursive: true });
      for (const file of globSync("**/*.{js,ts}", { cwd: target })) lines += linesOf(join(target, file));
    }
  }
  const modules = join(ROOT, "node_modules");
  for (const file of globSync("*/**/*.{js,ts}", { cwd: modules }).toSorted()) {
    if (lines >= 430_000) break;
    // Declarations, bundles and tests are left out by the checker, so they would be lines it never reads.
    if (/\.d\.ts$|\.min\.|(?:^|\/)(?:tests?|dist|build|vendor|fixtures)\//.test(file)) continue;
    if (statSync(join(modules, file)).isDirectory()) continue;
    const text = readFileSync(join(modules, file), "utf8");
    if (text.length > 300_000) continue;
    lines += text.split("\n").length;
    const target = join(folder, "libraries", file.replaceAll("node_modules", "modules"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return folder;
}

/** A folder may be called `highlight.js` too; it has no lines of its own. */
function linesOf(path: string): number {
  if (statSync(path).isDirectory()) return 0;
  return readFileSync(path, "utf8").split("\n").length;
}

function measure(target: Target): Run & { readonly all: readonly Run[] } {
  const { folder } = target;
  const lines = globSync("**/*.{js,ts}", { cwd: folder }).reduce(
    (sum, path) => sum + linesOf(join(folder, path)),
    0,
  );
  once(target, lines); // fills the compile cache and the file cache, as any second run of a day finds them
  const all: Run[] = Array.from({ length: ROUNDS }, () => once(target, lines));
  const middle = (of: (run: Run) => number): number => median(all.map((run) => of(run)));
  return {
    lines,
    parsedLines: middle((run) => run.parsedLines),
    wallMs: middle((run) => run.wallMs),
    cpuMs: middle((run) => run.cpuMs),
    peakMegabytes: middle((run) => run.peakMegabytes),
    all,
  };
}

/** Runs and, after each, the parser alone: how many times as long the checker takes. */
function inParsers(target: Target): { readonly parserMs: number; readonly inParsers: number } {
  const pairs = Array.from({ length: ROUNDS + 2 }, () => {
    const { wallMs } = once(target, 0);
    const parserMs = parserAlone(target.folder);
    return { parserMs, ratio: wallMs / parserMs };
  });
  return {
    parserMs: median(pairs.map((pair) => pair.parserMs)),
    inParsers: Math.round(median(pairs.map((pair) => pair.ratio)) * 100) / 100,
  };
}

/** What the parser alone takes for all sources of a folder, in milliseconds. */
function parserAlone(folder: string): number {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=source", "--disable-warning=ExperimentalWarning", join(HERE, "parser-alone.ts"), folder],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the parser ended with ${String(status)}: ${stderr}`);
  return Number(stdout);
}

function once({ folder, exitCode }: Target, lines: number): Run {
  const usage = join(scratch, "usage.json");
  const wrapper = join(scratch, "wrapper.cjs");
  writeFileSync(wrapper, WRAPPER);
  const report = join(scratch, "report.json");
  const done = spawnSync(
    process.execPath,
    [
      "--require",
      wrapper,
      join(HERE, "../bin/hauberk-check.cjs"),
      folder,
      "--format",
      "json",
      "--output",
      report,
    ],
    { env: { ...process.env, BENCH_USAGE: usage }, encoding: "utf8" },
  );
  if (done.status !== exitCode)
    throw new Error(`the checker ended with ${String(done.status)}: ${done.stderr}`);
  const used = JSON.parse(readFileSync(usage, "utf8")) as Omit<Run, "lines" | "parsedLines">;
  const { lines: parsedLines } = JSON.parse(readFileSync(report, "utf8")) as { lines: number };
  return {
    lines,
    parsedLines,
    wallMs: Math.round(used.wallMs),
    cpuMs: Math.round(used.cpuMs),
    peakMegabytes: Math.round(used.peakMegabytes),
  };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
}
