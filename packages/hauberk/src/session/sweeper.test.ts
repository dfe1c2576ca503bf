import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import express from "express";
import { TroubledStore } from "../../test/session/app.ts";
import { sampleRecord } from "../../test/session/record.ts";
import { hauberk } from "../hauberk.ts";
import { keyOf } from "./id.ts";
import { session } from "./index.ts";
import { memoryStore } from "./memory.ts";
import { sqliteStore } from "./sqlite.ts";
import { guardStore } from "./store-guard.ts";
import { startSweeper } from "./sweeper.ts";
import type { SessionStore } from "./store.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";

const PAST = sampleRecord({ idleExpiresAtMs: Date.now() - 60_000, createdAtMs: Date.now() - 120_000 });

function fill(store: SessionStore, expired: number, alive: number): void {
  for (let index = 0; index < expired; index++) void store.insert(keyOf(`expired-${index}`), PAST);
  for (let index = 0; index < alive; index++) void store.insert(keyOf(`alive-${index}`), sampleRecord());
}

async function until(done: () => boolean, limitMs = PATIENCE.timeout): Promise<void> {
  const start = performance.now();
  while (!done()) {
    assert.ok(performance.now() - start < limitMs, `not within ${limitMs} ms`);
    await wait(10);
  }
}

test("deletes a thousand expired sessions in batches, never many at once, and no other", async (t) => {
  const inner = sqliteStore({ file: ":memory:" });
  fill(inner, 1000, 50);
  const batches: number[] = [];
  const guarded = guardStore(inner, 500);
  const store: typeof guarded = {
    ...guarded,
    sweep: async (nowMs, limit) => {
      const lookedAt = await guarded.sweep(nowMs, limit);
      batches.push(lookedAt);
      return lookedAt;
    },
  };
  t.after(startSweeper({ store, nowMs: Date.now }, 5));
  await until(() => batches.at(-1) === 0);
  assert.ok(Math.max(...batches) <= 100, `${Math.max(...batches)}`);
  assert.equal(
    batches.reduce((sum, each) => sum + each),
    1000,
  );
  for (let index = 0; index < 50; index++)
    assert.notEqual(await inner.get(keyOf(`alive-${index}`)), undefined);
  void inner.close?.();
});

test("goes on after the store failed for a while, and stops when it is told to", async () => {
  const inner = memoryStore();
  fill(inner, 150, 0);
  const troubled = new TroubledStore(inner);
  troubled.fail("reject", "sweep");
  const stop = startSweeper({ store: guardStore(troubled.store, 500), nowMs: Date.now }, 5);
  await until(() => troubled.calls.length >= 3);
  assert.notEqual(await inner.get(keyOf("expired-3")), undefined);
  troubled.fail("none", "sweep");
  await until(() => inner.get(keyOf("expired-149")) === undefined);
  stop();
  const { length } = troubled.calls;
  await wait(60);
  assert.equal(troubled.calls.length, length);
});

test("ends with an app that is closed without ever having listened", async (t) => {
  const troubled = new TroubledStore(memoryStore());
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const secure = hauberk(express(), {
    origins: ["https://app.example"],
    secrets: ["9f2b6d0c41e87a35c6f18b0e7d92a4536b1c"],
    session: { store: troubled.store },
  });
  await secure.close();
  t.mock.timers.tick(600_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(troubled.calls, []);
});

test("runs for an app that has sessions alone", async (t) => {
  const troubled = new TroubledStore(memoryStore());
  t.mock.timers.enable({ apis: ["setTimeout"] });
  session({ store: troubled.store });
  t.mock.timers.tick(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(troubled.calls, ["sweep"]);
});

interface Sweeping {
  readonly child: ChildProcess;
  sweeps: number;
}

async function startProcess(t: TestContext, file: string, intervalMs: number): Promise<Sweeping> {
  const script = new URL("../../test/session/sweeping-process.ts", import.meta.url);
  const child = fork(script, [file, String(intervalMs)]);
  t.after(() => child.kill("SIGKILL"));
  const process: Sweeping = { child, sweeps: 0 };
  await once(child, "message");
  child.on("message", () => process.sweeps++);
  return process;
}

const sweepers = (processes: readonly Sweeping[]): readonly Sweeping[] =>
  processes.filter(({ sweeps }) => sweeps > 0);

test("leaves the sweeping to one of four processes on a file, and to another when that one is killed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-sweeper-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "sessions.sqlite");
  const store = sqliteStore({ file });
  t.after(() => store.close?.());
  fill(store, 2000, 10);
  const processes = await Promise.all([1, 2, 3, 4].map(async () => startProcess(t, file, 1000)));
  await until(() => store.get(keyOf("expired-1999")) === undefined && sweepers(processes).length > 0);
  // Long enough for each of the others to have tried.
  await wait(2500);
  const [first, ...others] = sweepers(processes);
  assert.deepEqual(others, []);
  first?.child.kill("SIGKILL");
  const left = processes.filter((each) => each !== first);
  await until(() => sweepers(left).length > 0);
  await wait(2500);
  assert.equal(sweepers(left).length, 1);
});
