import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "./check.ts";
import type { Report } from "./report/finding.ts";
import { project } from "../test/kit/project.ts";
import { clonedSkeleton } from "../test/kit/skeleton.ts";
import { freePort } from "../../../test/support/free-port.ts";

const BENCH = fileURLToPath(new URL("../../../bench", import.meta.url));
const SECRET = "q5Zr0m2Xc8vYH1tKfLw7BnJ3dPsEuGiA9oRyTxMzQk4";

const told = (report: Report): readonly string[] =>
  report.findings.map(
    (one) =>
      `${one.rule} ${one.lenses.join("+")} ${one.place?.file ?? ""}: ${one.message} ${one.evidence[0]?.url ?? ""}`,
  );

describe("the skeleton, in all three lenses", () => {
  let report: Report;
  const folder = mkdtempSync(join(tmpdir(), "hauberk-check-skeleton-"));
  const skeleton = clonedSkeleton();

  before(async () => {
    const port = String(await freePort());
    const url = `http://localhost:${port}`;
    Object.assign(process.env, {
      PORT: port,
      ORIGIN: url,
      APP_SECRETS: SECRET,
      DATA_DIR: join(folder, "data"),
      INSECURE_SERVE_AS_ROOT: "true",
    });
    report = await check({
      folder: skeleton.root,
      app: "src/main.ts",
      appTimeoutMs: 60_000,
      live: {
        url,
        start: "npm start --silent",
        folder: skeleton.root,
        timeoutMs: 60_000,
        totalMs: 180_000,
        // The database is a scratch one.
        allowWrites: true,
        credentials: { user: "visitor@example.com", password: "quiet otter maps tundra" },
      },
    });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    skeleton[Symbol.dispose]();
  });

  it("is analysed by each of them", () => {
    assert.deepEqual(report.notAnalysed, []);
    assert.deepEqual(report.lenses, ["source", "stack", "live"]);
  });
  it("is clean", () => {
    assert.deepEqual(told(report), []);
  });
  it("is signed up to, into and out of", () => {
    const open = report.notChecked.filter((one) => /^(?:session|csrf|ratelimit)\//.test(one.rule));
    assert.deepEqual(open, []);
  });
  it("lets every route that changes state pass the protection", () => {
    const routes = report.apps.filter((app) => app.lens === "stack").flatMap((app) => app.routes);
    assert.ok(routes.length > 10);
    assert.deepEqual(
      routes.filter((route) => route.missing.length > 0),
      [],
    );
  });
});

describe("the hand-composed stack of the benchmark, in all three lenses", () => {
  it("is told what is true of it, and nothing else", async () => {
    using made = project(5, {
      "main.mjs": `import { start } from ${JSON.stringify(new URL("../../../bench/variants/hand-composed.js", import.meta.url).href)};
        await start(Number(process.env.PORT));`,
    });
    const port = String(await freePort());
    process.env["PORT"] = port;
    const main = join(made.root, "main.mjs");
    const report = await check({
      folder: BENCH,
      app: main,
      appTimeoutMs: 60_000,
      live: {
        timeoutMs: 60_000,
        totalMs: 180_000,
        url: `http://127.0.0.1:${port}`,
        start: `NODE_ENV=production "${process.execPath}" --no-warnings --conditions=source "${main}"`,
        folder: BENCH,
      },
    });
    assert.deepEqual(report.notAnalysed, []);
    const handComposed = report.findings.filter((one) => one.place?.file === "variants/hand-composed.js");
    assert.deepEqual(handComposed.map((one) => one.rule).toSorted(), [
      // hpp edits req.query, which Express 5 computes anew each time.
      "deps/sanitizer-dead-on-v5",
      "headers/permissions-policy",
      "session/default-name",
      "session/hardcoded-secret",
      "session/memory-store",
    ]);
    // Another file of the folder sets Cache-Control, so the source cannot tell; the answers can.
    assert.deepEqual(
      report.findings.filter((one) => one.lenses.join() === "live").map((one) => one.rule),
      ["headers/cache-control"],
    );
    const post = report.apps
      .filter((app) => app.lens === "stack")
      .flatMap((app) => app.routes)
      .find((route) => route.method === "POST");
    assert.deepEqual(post?.missing, []);
  });
});
