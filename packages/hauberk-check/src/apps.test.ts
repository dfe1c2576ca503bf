import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "./check.ts";
import { sorted } from "./sorted.ts";

const FOLDER = new URL("../fixtures/apps/", import.meta.url);

/** Starred rules of the article that apply to its own listings. */
const ARTICLE: readonly string[] = [
  "body/deprecated-parser",
  "body/multipart-v3",
  "deps/express-eol",
  "headers/legacy-helmet-api",
  "headers/xss-filter",
  "order/static-after-session",
  "process/drop-unguarded-windows",
  "process/drop-unverified",
  "process/supplementary-groups-kept",
  "session/known-secret",
];

async function findingsOf(name: string): Promise<readonly string[]> {
  const report = await check({ folder: fileURLToPath(new URL(name, FOLDER)) });
  assert.deepEqual(report.notAnalysed, []);
  assert.ok(report.apps.length > 0);
  return sorted(
    report.findings.map((one) => `${one.rule} ${one.place?.file ?? ""}:${String(one.place?.line ?? 0)}`),
  );
}

function linesOf(folder: URL): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== "expected.txt")
    .reduce(
      (sum, entry) =>
        sum + (readFileSync(join(entry.parentPath, entry.name), "utf8").match(/\n/g) ?? []).length,
      0,
    );
}

describe("the fixture apps", () => {
  for (const name of readdirSync(FOLDER)) {
    it(`${name} gives exactly the findings that are expected`, async () => {
      const expected = readFileSync(new URL(`${name}/expected.txt`, FOLDER), "utf8")
        .split("\n")
        .filter((line) => line !== "");
      assert.deepEqual(await findingsOf(name), expected.toSorted());
    });
  }

  const realistic = readdirSync(FOLDER).filter((name) => /^(?:secure|faulty)-/.test(name));

  for (const name of realistic) {
    it(`${name} has the size of an application`, () => {
      const lines = linesOf(new URL(`${name}/`, FOLDER));
      assert.ok(lines >= 300 && lines <= 1_500, `${String(lines)} lines`);
    });
  }

  it("of that size are twelve or more, half of them secure, on Express 3, 4 and 5", () => {
    const secure = realistic.filter((name) => name.startsWith("secure-"));
    assert.ok(realistic.length >= 12 && secure.length * 2 === realistic.length);
    for (const kind of ["secure", "faulty"])
      for (const version of ["v3", "v4", "v5"])
        assert.ok(
          realistic.some((name) => name.startsWith(`${kind}-${version}-`)),
          `no ${kind} app on ${version}`,
        );
  });

  for (const [name, more] of [
    ["article-1", "csrf/missing"],
    ["article-2", "session/cookie-secure"],
  ] as const) {
    it(`${name} breaks every rule of the article that applies to it`, async () => {
      const found = new Set((await findingsOf(name)).map((line) => line.split(" ")[0]));
      assert.deepEqual(
        [...ARTICLE, more].filter((rule) => !found.has(rule)),
        [],
      );
    });
  }
});
