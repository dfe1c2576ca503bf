import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withLock } from "../lib/lock.mjs";
import { temporaryFolder } from "./support.ts";

const lockModule = JSON.stringify(new URL("../lib/lock.mjs", import.meta.url).href);

test("lets one process at a time do the work", async (t) => {
  const folder = temporaryFolder(t);
  const log = join(folder, "log");
  const worker = `
    import { appendFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    const { withLock } = await import(${lockModule});
    await withLock(${JSON.stringify(join(folder, "a", "lock"))}, async () => {
      appendFileSync(${JSON.stringify(log)}, "in ");
      await sleep(50);
      appendFileSync(${JSON.stringify(log)}, "out ");
    });`;
  const workers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module", "--eval", worker], { stdio: "inherit" }),
  );
  await Promise.all(workers.map(async (child) => once(child, "exit")));
  assert.equal(readFileSync(log, "utf8"), "in out ".repeat(4));
});

test("says once that it waits, then goes on when the holder is done", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const first = withLock(file, async () => {
    await promise;
    order.push("first");
  });
  const second = withLock(
    file,
    async () => Promise.resolve(order.push("second")),
    () => {
      order.push("waits");
      resolve(undefined);
    },
  );
  await Promise.all([first, second]);
  assert.deepEqual(order, ["waits", "first", "second"]);
});

test("takes over from a process that was killed", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  writeFileSync(file, String(spawnSync("true").pid));
  await withLock(file, async () => Promise.resolve(), mustNotWait);
  assert.equal(existsSync(file), false);
});

test("takes over when the number of a killed process belongs to another one now", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  writeFileSync(file, "1");
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(file, longAgo, longAgo);
  await withLock(file, async () => Promise.resolve(), mustNotWait);
});

test("takes over a lock file without a process number", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  writeFileSync(file, "not a number");
  await withLock(file, async () => Promise.resolve(), mustNotWait);
});

test("frees the lock when the work fails", async (t) => {
  const file = join(temporaryFolder(t), "lock");
  await assert.rejects(withLock(file, fail), /no network/);
  assert.equal(existsSync(file), false);
});

test("fails at once where the folder cannot be made", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "b"), "");
  await assert.rejects(withLock(join(folder, "a", "b", "lock"), async () => Promise.resolve()));
});

async function fail(): Promise<never> {
  throw new Error("no network");
}

function mustNotWait(): void {
  throw new Error("waited for a process that is gone");
}
