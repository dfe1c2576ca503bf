import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  openSync,
  closeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { startApp, temporaryFolder } from "../../packages/hauberk/test/server/harness.ts";
import { freePort } from "../support/free-port.ts";
import { start, type StartedApp } from "./support/app.ts";
import { ask, percentile, until } from "./support/ask.ts";
import { record } from "./support/report.ts";

const NOBODY = 65_534;
const PEOPLE = 30;

/** A disk of 1 MB that belongs to the server's user. */
function smallDisk(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-disk-"));
  const options = `size=1m,uid=${NOBODY},gid=${NOBODY},mode=700`;
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  // Lazily: the server, which is ended later, has files open there.
  t.after(() => {
    execFileSync("umount", ["--lazy", folder]);
    rmdirSync(folder);
  });
  return folder;
}

function ownFolder(t: TestContext): string {
  const folder = temporaryFolder(t);
  chownSync(folder, NOBODY, NOBODY);
  return folder;
}

async function login({ port }: StartedApp, name: string): Promise<string> {
  const { status, cookie } = await ask({ port, path: `/name/${name}` });
  assert.equal(status, 200);
  return cookie ?? "";
}

/** Takes every byte that is left. */
function fill(folder: string): string {
  const file = join(folder, "filler");
  const descriptor = openSync(file, "w");
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(size, 1));
    } catch {
      // Full for this size.
    }
  }
  closeSync(descriptor);
  return file;
}

test("goes on reading when the disk is full, says so to who writes, and recovers", async (t) => {
  const folder = smallDisk(t);
  const app = await start(t, {}, { folder });
  const { port } = app;
  const cookie = await login(app, "ada");
  const filler = fill(folder);
  const statuses = new Set<number | string>();
  let writes = 0;
  // The log of the database has room for some writes still.
  await until(async () => {
    writes += 1;
    const { status } = await ask({ port, path: `/name/p${writes}${"x".repeat(2000)}` });
    statuses.add(status);
    return status !== 200;
  }, 60_000);
  for (let write = 0; write < 20; write++)
    statuses.add((await ask({ port, path: `/name/q${write}${"x".repeat(2000)}` })).status);
  const reads = await Promise.all(Array.from({ length: 20 }, () => ask({ port, path: "/name", cookie })));
  const pages = await Promise.all(Array.from({ length: 20 }, () => ask({ port, path: "/" })));
  rmSync(filler);
  const recoveredMs = await until(
    async () => (await ask({ port, path: "/name/bob" })).status === 200,
    30_000,
  );
  const told = [...statuses].filter((status) => status !== 200);
  const read = reads.filter(({ status, body }) => status === 200 && body === "ada").length;
  record(
    "1 MB disk full",
    `${read} of 20 sessions read, ${pages.filter(({ status }) => status === 200).length} of 20 pages served, writes: ${told.join(", ")}; recovered ${Math.round(recoveredMs)} ms after there was room`,
    "reads go on, 503 or 507 for writes, recovery",
  );
  assert.equal(read, 20);
  assert.ok(pages.every(({ status }) => status === 200));
  assert.ok(told.length > 0 && told.every((status) => status === 503 || status === 507), told.join());
  assert.equal((await ask({ port, path: "/name", cookie })).body, "ada");
  assert.equal(app.child.exitCode, null);
});

/** Copies of the session database are spoilt, so that each case begins with a good one of thirty people. */
async function prepared(
  t: TestContext,
): Promise<{ readonly folder: string; readonly cookies: readonly string[] }> {
  const folder = ownFolder(t);
  const app = await start(t, {}, { folder });
  const cookies = await Promise.all(
    Array.from({ length: PEOPLE }, (_each, index) => login(app, `person${index}`)),
  );
  app.child.kill("SIGTERM");
  await app.ended;
  return { folder, cookies };
}

/** What thirty people are told who they are: themselves, nobody, or that it does not work; never somebody else. */
async function askAll(
  { port }: StartedApp,
  cookies: readonly string[],
): Promise<Record<"own" | "nobody" | "failed" | "foreign", number>> {
  const counts = { own: 0, nobody: 0, failed: 0, foreign: 0 };
  for (const [index, cookie] of cookies.entries()) {
    const { status, body } = await ask({ port, path: "/name", cookie });
    if (status !== 200) counts.failed += 1;
    else if (body === `person${index}`) counts.own += 1;
    else if (body === "nobody") counts.nobody += 1;
    else counts.foreign += 1;
  }
  return counts;
}

/** Deterministic noise: a failure can be repeated. */
function noise(size: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from(
      { length: size },
      () => ((state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) >> 16) & 255,
    ),
  );
}

const damages: readonly [name: string, spoil: (file: string) => void][] = [
  ["its pages are overwritten", (file) => overwrite(file, 4096)],
  ["its header is overwritten", (file) => overwrite(file, 0)],
  ["it is cut in half", (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2))],
  ["it is cut to half a page", (file) => truncateSync(file, 2048)],
  ["it is no database", (file) => writeFileSync(file, "not a database\n".repeat(1000))],
];

function overwrite(file: string, from: number): void {
  const size = readFileSync(file).length;
  const descriptor = openSync(file, "r+");
  for (let at = from; at < size; at += 4096) writeSync(descriptor, noise(1024, at + 7), 0, 1024, at);
  closeSync(descriptor);
}

for (const [name, spoil] of damages) {
  test(`shows nobody a foreign session when ${name}, at the start and while it runs`, async (t) => {
    const { folder, cookies } = await prepared(t);
    const file = join(folder, "sessions.sqlite");
    copyFileSync(file, join(folder, "good"));
    spoil(file);
    const port = await freePort();
    const options = { listen: { port, user: "nobody" }, origins: [`http://localhost:${port}`], folder };
    const stopped = startApp(t, options);
    const outcome = await Promise.race([stopped.listening, stopped.ended]);
    const atStart =
      typeof outcome === "string" ? "started" : (/\[([A-Z_]+)\]/.exec(outcome.stderr)?.[1] ?? "crashed");
    if (typeof outcome === "string") stopped.child.kill("SIGKILL");
    for (const rest of ["sessions.sqlite", "sessions.sqlite-wal", "sessions.sqlite-shm"])
      rmSync(join(folder, rest), { force: true });
    copyFileSync(join(folder, "good"), file);
    chownSync(file, NOBODY, NOBODY);
    const running = await start(t, {}, { folder });
    spoil(file);
    const counts = await askAll(running, cookies);
    record(
      `session database, ${PEOPLE} people: ${name}`,
      `at start: ${atStart}; while running: ${counts.own} own, ${counts.nobody} nobody, ${counts.failed} refused, ${counts.foreign} foreign`,
      "refused at start; never a foreign session",
    );
    assert.equal(counts.foreign, 0);
    assert.equal(running.child.exitCode, null, "it crashed");
    assert.equal(atStart, "SESSION_STORE_UNUSABLE");
  });
}

test("does not start on a read-only database", async (t) => {
  const { folder } = await prepared(t);
  chmodSync(join(folder, "sessions.sqlite"), 0o444);
  chmodSync(folder, 0o555);
  const port = await freePort();
  const asNobody = ["setpriv", "--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups"];
  const options = { listen: { port }, origins: [`http://localhost:${port}`], folder };
  const { code, stderr } = await startApp(t, options, { wrapper: asNobody }).ended;
  const told = /\[([A-Z_]+)\]/.exec(stderr)?.[1] ?? "crashed";
  record("read-only session database", `exit code ${code}, [${told}]`, "refused at start");
  assert.equal(told, "SESSION_STORE_UNUSABLE");
});

test("serves reads and refuses writes in time while another process locks the database", async (t) => {
  const folder = ownFolder(t);
  const app = await start(t, {}, { folder });
  const { port } = app;
  const cookie = await login(app, "ada");
  const other = new DatabaseSync(join(folder, "sessions.sqlite"));
  other.exec("BEGIN IMMEDIATE");
  const reads = await Promise.all([1, 2, 3].map(() => ask({ port, path: "/name", cookie })));
  const writes = [];
  for (let write = 0; write < 5; write++) writes.push(await ask({ port, path: `/name/p${write}` }));
  other.exec("ROLLBACK");
  other.close();
  const recoveredMs = await until(
    async () => (await ask({ port, path: "/name/bob" })).status === 200,
    20_000,
  );
  const slowest = percentile(
    writes.map(({ ms }) => ms),
    100,
  );
  record(
    "session database locked by another process",
    `reads: ${reads.map(({ status, body }) => `${status} ${body}`).join(", ")}; writes: ${[...new Set(writes.map(({ status }) => status))].join(", ")}, slowest ${Math.round(slowest)} ms; recovered after ${Math.round(recoveredMs)} ms`,
    "reads go on, writes 503",
  );
  assert.ok(reads.every(({ status, body }) => status === 200 && body === "ada"));
  assert.ok(writes.every(({ status }) => status === 503));
});
