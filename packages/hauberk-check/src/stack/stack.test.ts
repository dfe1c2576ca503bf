import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "../check.ts";
import type { Report } from "../report/finding.ts";

const FOLDER = fileURLToPath(new URL("./fixtures", import.meta.url));
const run = async (app: string, source: boolean = false, appTimeoutMs: number = 20_000): Promise<Report> =>
  check({ folder: FOLDER, app, source, appTimeoutMs, includeTests: true });

describe("the stack lens", () => {
  for (const [version, app] of [
    [3, "three.cjs"],
    [4, "four.cjs"],
    [5, "five.cjs"],
  ] as const) {
    it(`reads the running stack of Express ${String(version)}`, async () => {
      const report = await run(app);
      assert.deepEqual(report.notAnalysed, []);
      const [summary] = report.apps;
      assert.equal(summary?.express, version);
      const transfer = summary?.routes.find((route) => route.method === "POST");
      assert.equal(transfer?.path, "/transfer");
      assert.deepEqual(transfer?.missing, ["csrf"]);
      const found = new Set(report.findings.map((one) => one.rule));
      for (const id of [
        "session/known-secret",
        "session/cookie-secure",
        "session/memory-store",
        "csrf/missing",
        "headers/csp-disabled",
      ])
        assert.ok(found.has(id), id);
      assert.ok(!found.has("headers/none"));
    });
  }

  it("never shows a secret", async () => {
    assert.doesNotMatch(
      JSON.stringify((await run("five.cjs")).findings.map((one) => [one.message, one.evidence])),
      /keyboard cat/,
    );
  });

  it("joins what the source and the stack saw of one line", async () => {
    const report = await run("five.cjs", true);
    const secret = report.findings.filter(
      (one) => one.rule === "session/known-secret" && one.place?.file === "five.cjs",
    );
    assert.deepEqual(
      secret.map((one) => one.lenses),
      [["source", "stack"]],
    );
  });

  for (const [app, reason] of [
    ["throws.cjs", /throws while it loads: Error: cannot reach mongodb:\/\/\*\*\*@db\.example/],
    ["exits.cjs", /process\.exit\(7\)/],
    ["no-app.mjs", /exports no Express app/],
    ["waits.mjs", /waits at its top level for something that never comes/],
    ["missing.cjs", /no such file/],
  ] as const) {
    it(`names the reason when ${app} cannot be read`, async () => {
      const report = await run(app);
      assert.match(report.notAnalysed.find((one) => one.path === app)?.reason ?? "", reason);
    });
  }

  for (const app of ["hangs.mjs", "spins.cjs"]) {
    it(`gives up on ${app} in time`, async () => {
      const report = await run(app, false, 1_500);
      assert.match(
        report.notAnalysed.find((one) => one.path === app)?.reason ?? "",
        /did not finish loading within 1.5 s|waits at its top level/,
      );
    });
  }
});
