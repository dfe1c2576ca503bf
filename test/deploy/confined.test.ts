import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { compileViews } from "../../skeleton/scripts/compile-views.mjs";
import { PATIENCE } from "../support/patience.ts";
import { useSkeleton } from "./support/journey.ts";
import {
  REPOSITORY,
  SKELETON,
  startSkeletonProcess,
  type SkeletonProcess,
} from "./support/skeleton-process.ts";

const BREAK_OUT = join(import.meta.dirname, "support/break-out.mjs");
const UNIT = readFileSync(join(SKELETON, "deploy/systemd/hauberk-skeleton.service"), "utf8");
const DOCKERFILE = readFileSync(join(SKELETON, "deploy/docker/Dockerfile"), "utf8");

// With compiled templates, as it is installed: in the repository's own folder every other test would start with them, and
// find them half written or just gone. Below the repository, so that it finds its packages.
const application = join(REPOSITORY, ".cache", `confined-${process.pid}`);
before(() => {
  for (const name of ["package.json", "public", "scripts", "src", "views"])
    cpSync(join(SKELETON, name), join(application, name), { recursive: true });
  compileViews({ directory: join(application, "views"), output: join(application, "build/views.cjs") });
});
after(() => {
  rmSync(application, { recursive: true, force: true });
});

/** Node's flags as they are shipped, with the paths of this test in place of those of an installation. */
function shippedFlags(): readonly string[] {
  const line = /^ExecStart=\/usr\/bin\/node (.*) src\/main\.ts$/m.exec(UNIT)?.[1] ?? "";
  return line
    .split(" ")
    .map((flag) =>
      flag
        .replace("/opt/hauberk-skeleton/", `${REPOSITORY}/`)
        .replace("/var/lib/hauberk-skeleton/", "DATA_DIR/"),
    );
}

const AS_ROOT = { skip: process.getuid?.() === 0 ? false : "needs root" };
const PROBE = [`--allow-fs-read=SETTINGS`, `--import=${BREAK_OUT}`];

async function breakOut(
  t: TestContext,
  server: SkeletonProcess,
  pid: number,
): Promise<Record<string, string>> {
  const file = join(server.dataDirectory, `break-out-${pid}.json`);
  await t.waitFor(() => assert.ok(existsSync(join(server.dataDirectory, `listens-${pid}`))), PATIENCE);
  process.kill(pid, "SIGUSR2");
  await t.waitFor(() => assert.ok(existsSync(file)), PATIENCE);
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
}

function assertConfined(results: Readonly<Record<string, string>>): void {
  const done = Object.entries(results).filter(([, result]) => result === "done");
  assert.deepEqual(done.map(([name]) => name).toSorted(), ["reads its own code", "writes its data"]);
  const refusals = new Set(Object.values(results));
  assert.deepEqual([...refusals].toSorted(), [
    "ERR_ACCESS_DENIED",
    "ERR_DLOPEN_DISABLED",
    "EvalError",
    "done",
  ]);
}

test("the flags of the unit are those of the image", () => {
  const image = (JSON.parse(/^CMD (\[.*\])$/m.exec(DOCKERFILE)?.[1] ?? "[]") as string[]).slice(1, -1);
  const asInUnit = image.map((flag) =>
    flag.replace("=/app/", "=/opt/hauberk-skeleton/").replace("=/data/", "=/var/lib/hauberk-skeleton/"),
  );
  assert.deepEqual(asInUnit, /^ExecStart=\/usr\/bin\/node (.*) src\/main\.ts$/m.exec(UNIT)?.[1]?.split(" "));
});

test("serves every page under the shipped flags, and nobody inside gets out", async (t) => {
  const flags = shippedFlags();
  for (const flag of ["--permission", "--disallow-code-generation-from-strings"])
    assert.ok(flags.includes(flag));
  const server = await startSkeletonProcess(t, { application, flags: [...flags, ...PROBE] });
  await useSkeleton(server.origin);
  assertConfined(await breakOut(t, server, server.pid));
  assert.doesNotMatch(server.log(), /"level":"(?:error|fatal)"/);
  server.child.kill("SIGTERM");
  await t.waitFor(() => assert.equal(server.child.exitCode, 0), PATIENCE);
});

test("with workers the primary may start processes, and the workers that see requests may not", async (t) => {
  const flags = [...shippedFlags(), "--allow-child-process", ...PROBE];
  const server = await startSkeletonProcess(t, { application, flags, settings: { WORKERS: "2" } });
  await useSkeleton(server.origin);
  // Two that serve and one in reserve, which starts after them.
  await t.waitFor(() => assert.equal(server.workers().length, 3), PATIENCE);
  for (const pid of server.workers()) assertConfined(await breakOut(t, server, pid));
});

test("leaves the choice of the user to who starts it", AS_ROOT, async (t) => {
  const starting = startSkeletonProcess(t, {
    application,
    flags: [...shippedFlags(), ...PROBE],
    settings: { RUN_AS_USER: "nobody" },
  });
  await assert.rejects(starting, /\[PRIVILEGES_UNAVAILABLE\] .+--permission.+\n {2}Why: .+\n {2}Fix: .+/);
});
