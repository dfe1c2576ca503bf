import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { basename } from "node:path";
import { toolPath } from "../support/system-tool.ts";
import { fileOf } from "../support/run-child.ts";

/** What became of one test file. */
export interface FileResult {
  readonly file: string;
  readonly tests: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

const PAGE = fileOf("../../docs/reference/cluster.md", import.meta.url);

/** Writes what was run, on what, and how it went, beside what was left out and why. */
export function writeResults(results: readonly FileResult[], leftOut: ReadonlyMap<string, string>): void {
  const total = (of: (result: FileResult) => number): number =>
    results.reduce((sum, each) => sum + of(each), 0);
  const rows = results
    .toSorted((a, b) => a.file.localeCompare(b.file))
    .map(({ file, tests, failed, skipped, seconds }) => row(basename(file), tests, failed, skipped, seconds));
  const sum = row(
    "all",
    total(({ tests }) => tests),
    total(({ failed }) => failed),
    total(({ skipped }) => skipped),
    total(({ seconds }) => seconds),
  );
  const lines = [
    "# The browser test against three processes",
    "",
    "Written by `npm run test:cluster`: three processes of the skeleton behind the shipped `deploy/nginx/hauberk-skeleton.conf`",
    "(ports, paths and the name are the test's; nothing else differs) over TLS, accounts and notes in PostgreSQL, sessions, limits",
    "and reports in Redis, uploads in one folder; each file has a cluster of its own. nginx gives every request to the next process.",
    "",
    `${new Date().toISOString().slice(0, 10)}, ${version("nginx", "-v")}, ${version("Redis", "--version")}, ${version("PostgreSQL", "--version")},`,
    `Node ${process.version}; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} at the end.`,
    "",
    "| file | tests | failed | skipped | seconds |",
    "| ---- | ----: | -----: | ------: | ------: |",
    ...rows,
    sum,
    "",
    "## Not run",
    "",
    ...[...leftOut].map(([file, reason]) => `- \`${file}\`: ${reason}.`),
    "",
  ];
  writeFileSync(PAGE, lines.join("\n"));
}

function row(name: string, tests: number, failed: number, skipped: number, seconds: number): string {
  return `| ${name} | ${tests} | ${failed} | ${skipped} | ${seconds.toFixed(0)} |`;
}

/** What a program calls itself, without the rest of the line. */
function version(tool: string, flag: string): string {
  const output = execFileSync("/bin/sh", ["-c", '"$0" "$1" 2>&1', toolPath(tool), flag]).toString();
  return `${tool} ${/\d+(?:\.\d+)+/.exec(output)?.[0] ?? output.trim()}`;
}
