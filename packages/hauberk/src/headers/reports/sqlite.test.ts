import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { reportStoreConformance } from "./conformance.ts";
import { sqliteReportStore } from "./sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "hauberk-reports-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, "reports.sqlite");
const open = () => sqliteReportStore({ file });
reportStoreConformance("sqlite", { open, openAnother: open });

test("keeps reports over a restart", async () => {
  const other = join(folder, "restart.sqlite");
  const report = { type: "csp-violation", page: "/", rule: "img-src", blocked: "x", source: "" };
  const first = sqliteReportStore({ file: other });
  await first.add({
    reports: [{ report: { ...report, disposition: "enforce", noise: false }, count: 4, lastSeenMs: 1 }],
    dropped: 0,
    atMs: 1,
    maxKinds: 9,
    maxNew: 9,
  });
  await first.close?.();
  const second = sqliteReportStore({ file: other });
  assert.deepEqual(
    (await second.list()).map(({ count }) => count),
    [4],
  );
  await second.close?.();
});

test("undoes a batch that fails in the middle", async () => {
  const broken = join(folder, "broken.sqlite");
  const store = sqliteReportStore({ file: broken });
  const report = { type: "coep", page: "/", rule: "", blocked: "", source: "", noise: false } as const;
  const reports = [
    { report: { ...report, disposition: "enforce" as const }, count: 1, lastSeenMs: 1 },
    { report: { ...report, disposition: "report" as const }, count: 0.5, lastSeenMs: 1 },
  ];
  assert.throws(() => store.add({ reports, dropped: 0, atMs: 1, maxKinds: 9, maxNew: 9 }));
  assert.deepEqual(await store.list(), []);
  await store.close?.();
});

const unusable: readonly [name: string, make: (path: string) => void][] = [
  ["a file that is no database", (path) => writeFileSync(path, "x".repeat(4096))],
  ["a folder that is not there", () => undefined],
  [
    "a table of somebody else's with the same name",
    (path) => {
      const database = new DatabaseSync(path);
      database.exec("CREATE TABLE hauberk_reports (id INTEGER)");
      database.close();
    },
  ],
];
for (const [index, [name, make]] of unusable.entries()) {
  test(`refuses ${name} at start`, () => {
    const path = join(
      folder,
      name.includes("folder") ? "missing/data/reports.sqlite" : `unusable-${index}.sqlite`,
    );
    make(path);
    assert.throws(() => sqliteReportStore({ file: path }), { code: "REPORT_STORE_UNUSABLE" });
  });
}

test("refuses options it does not know", () => {
  assert.throws(() => sqliteReportStore({ file: 5 as unknown as string }), { code: "OPTION_TYPE" });
  assert.throws(() => sqliteReportStore({ path: "x" } as never), { code: "OPTION_UNKNOWN" });
});
