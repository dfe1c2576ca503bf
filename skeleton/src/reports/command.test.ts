import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { BrowserReport, CountedReport } from "hauberk/headers";
import { sqliteReportStore } from "hauberk/headers/reports/sqlite";
import { createUsers } from "../accounts/users.ts";
import { ROOT } from "../config/config.ts";
import { migrate } from "../database/migrations.ts";
import { openDatabase } from "../database/open.ts";

const folder = mkdtempSync(join(tmpdir(), "skeleton-commands-"));
const settings = join(folder, "settings.env");
const database = join(folder, "app.sqlite");
before(async () => {
  writeFileSync(settings, `APP_SECRETS=q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4\nDATA_DIR=${folder}\n`);
  const db = openDatabase(database);
  await migrate(db);
  await createUsers(db).add("ada@example.com", "x");
  await db.destroy();
  const store = sqliteReportStore({ file: join(folder, "reports.sqlite") });
  await store.add({
    reports: [
      report("https://cdn.example"),
      report("data:", { disposition: "report" }),
      report("chrome-extension:", { noise: true }),
      report("", { type: "deprecation", rule: "UnloadHandler" }),
    ],
    dropped: 3,
    atMs: Date.now(),
    maxKinds: 10,
    maxNew: 10,
  });
  await store.close?.();
});
after(() => rmSync(folder, { recursive: true, force: true }));

function report(blocked: string, changes: Partial<BrowserReport> = {}): CountedReport {
  return {
    report: {
      type: "csp-violation",
      page: "/notes",
      rule: "img-src",
      blocked,
      disposition: "enforce",
      source: "",
      noise: false,
      ...changes,
    },
    count: 12,
    lastSeenMs: Date.now(),
  };
}

function run(script: string, ...args: readonly string[]) {
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning", join(ROOT, "src", script)];
  return spawnSync(process.execPath, [...flags, ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] },
  });
}

test("the command says what to do, in words and as a diff, and what is not the application's doing", () => {
  const { status, stdout, stderr } = run("reports/command.ts", settings);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /The policy in force\n {5}12x Allow https:\/\/cdn\.example in img-src.*\(\/notes\)/);
  assert.match(stdout, /\+ img-src 'self' data: https:\/\/cdn\.example/);
  assert.match(stdout, /The policy on trial\n {5}12x .*data:/);
  assert.match(stdout, /deprecation UnloadHandler on \/notes/);
  assert.match(stdout, /12x the cause was an extension/);
  assert.match(stdout, /48 reports/);
  assert.match(stdout, /3 more were not kept/);
});

test("the command gives the same as JSON", () => {
  const { stdout } = run("reports/command.ts", "--json", settings);
  const { kinds, proposal } = JSON.parse(stdout) as { kinds: unknown[]; proposal: { add: object } };
  assert.equal(kinds.length, 4);
  assert.deepEqual(proposal.add, { "img-src": ["https://cdn.example"] });
});

test("the command forgets what it is told to forget, and says that nothing is left to do", () => {
  const { stdout } = run("reports/command.ts", "--clear", settings);
  assert.match(stdout, /Browsers blocked nothing of yours/);
  assert.match(stdout, /It would have blocked nothing: enforce it/);
});

const wrong: readonly [script: string, args: readonly string[], status: number, message: RegExp][] = [
  ["reports/command.ts", ["--wipe"], 2, /usage/],
  ["reports/command.ts", ["a", "b"], 2, /usage/],
  ["accounts/role-command.ts", [], 2, /usage/],
  ["accounts/role-command.ts", ["ada@example.com", "root"], 2, /usage/],
  ["accounts/role-command.ts", ["ada@example.com", "admin", settings, "x"], 2, /usage/],
  ["accounts/role-command.ts", ["bob@example.com", "admin", settings], 1, /no account of bob/],
];
for (const [script, args, status, message] of wrong) {
  test(`${script} ${args.length === 0 ? "without a word" : args.join(" ").replace(folder, "")} ends with ${status}`, () => {
    const result = run(script, ...args);
    assert.equal(result.status, status, result.stdout);
    assert.match(result.stderr, message);
  });
}

test("the command makes an administrator, and takes it back", async () => {
  for (const role of ["admin", "user"] as const) {
    const { status, stderr } = run("accounts/role-command.ts", "Ada@Example.com", role, settings);
    assert.equal(status, 0, stderr);
    const db = openDatabase(database);
    assert.equal((await createUsers(db).byEmail("ada@example.com"))?.role, role);
    await db.destroy();
  }
});
