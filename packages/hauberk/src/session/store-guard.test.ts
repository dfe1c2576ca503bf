import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRecord } from "../../test/session/record.ts";
import { onSecurityEvent } from "../events/index.ts";
import { Breaker } from "./breaker.ts";
import { memoryStore } from "./memory.ts";
import { guardStore, recordOrNothing } from "./store-guard.ts";
import { STORE_METHODS, type SessionStore } from "./store.ts";

/** A store all of whose methods do the same. */
function every(answer: () => unknown): SessionStore {
  return Object.fromEntries(STORE_METHODS.map((name) => [name, answer])) as unknown as SessionStore;
}

const failing: readonly [string, () => unknown][] = [
  [
    "throws",
    () => {
      throw new Error("disk full");
    },
  ],
  [
    "throws what is not an error",
    () => {
      // oxlint-disable-next-line typescript/only-throw-error -- somebody's driver does
      throw null;
    },
  ],
  ["rejects", async () => Promise.reject(new Error("connection reset"))],
  ["never answers", async () => new Promise(() => undefined)],
  ["answers too late", async () => new Promise((resolve) => setTimeout(resolve, 60))],
  [
    "gives a thenable that fails",
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    () => Object.fromEntries([["then", (_: unknown, fail: (error: Error) => void) => fail(new Error("x"))]]),
  ],
];
for (const [name, answer] of failing) {
  test(`turns a store that ${name} into one 503, in every method`, async () => {
    const guard = guardStore(every(answer), 20) as unknown as Record<string, () => unknown>;
    for (const method of STORE_METHODS) {
      const call = async (): Promise<unknown> => guardStore(every(answer), 20)[method as "get"]("k");
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await assert.rejects(call(), {
        code: "SESSION_STORE_FAILED",
        status: 503,
        headers: { "Retry-After": "2" },
      });
      assert.equal(typeof guard[method], "function");
    }
  });
}

test("answers at once when the store does", () => {
  const guard = guardStore(memoryStore(), 20);
  const record = sampleRecord();
  assert.equal(guard.insert("k", record), undefined);
  assert.equal(guard.get("k"), record);
});

test("tells of an outage once a call, of the recovery once", () => {
  const names: string[] = [];
  const stop = onSecurityEvent(({ name }) => names.push(name));
  let nowMs = 0;
  let broken = true;
  let calls = 0;
  const guard = guardStore(
    every(() => {
      calls++;
      if (broken) throw new Error("down");
    }),
    20,
    () => new Breaker(() => nowMs),
  );
  for (let call = 0; call < 1000; call++)
    assert.throws(() => guard.get("k"), { code: "SESSION_STORE_FAILED" });
  assert.equal(calls, 5);
  broken = false;
  assert.throws(() => guard.get("k"), { code: "SESSION_STORE_FAILED" });
  nowMs = 500;
  assert.equal(guard.get("k"), undefined);
  assert.equal(guard.get("k"), undefined);
  stop();
  assert.deepEqual(names, [
    ...Array.from({ length: 5 }, () => "session.store-failed"),
    "session.store-recovered",
  ]);
});

test("goes on reading while every write fails, as on a full disk", () => {
  const record = sampleRecord();
  const readable = { get: () => record, listByUser: () => [], epochOf: () => 0 };
  const full = every(() => {
    throw new Error("database or disk is full");
  });
  const guard = guardStore({ ...full, ...readable }, 20);
  for (let write = 0; write < 20; write++)
    assert.throws(() => guard.insert("k", record), { code: "SESSION_STORE_FAILED" });
  assert.equal(guard.get("k"), record);
  assert.deepEqual(guard.listByUser("u"), []);
  assert.equal(guard.epochOf("u"), 0);
});

/** Steps: what happens, at which time, and whether the next call is let through. */
const steps: readonly [string, readonly [event: "fail" | "ok" | "ask", atMs: number, admits: boolean][]][] = [
  [
    "lets four failures pass",
    [
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, true],
    ],
  ],
  [
    "opens at the fifth failure in a row",
    [
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, false],
    ],
  ],
  [
    "does not count failures with a success in between",
    [
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, true],
      ["fail", 0, true],
      ["ok", 0, true],
      ["fail", 0, true],
    ],
  ],
];
for (const [name, sequence] of steps) {
  test(`the breaker ${name}`, () => {
    const breaker = new Breaker(() => 0);
    for (const [event, , admits] of sequence) {
      if (event === "fail") breaker.fail();
      if (event === "ok") breaker.succeed();
      assert.equal(breaker.admits(), admits);
    }
  });
}

test("the breaker lets one probe through after the pause, and everybody after its success", () => {
  let nowMs = 0;
  const breaker = new Breaker(() => nowMs);
  for (let count = 0; count < 5; count++) breaker.fail();
  nowMs = 499;
  assert.equal(breaker.admits(), false);
  nowMs = 500;
  assert.equal(breaker.admits(), true);
  assert.equal(breaker.admits(), false);
  breaker.fail();
  nowMs = 999;
  assert.equal(breaker.admits(), false);
  nowMs = 1000;
  assert.equal(breaker.admits(), true);
  assert.equal(breaker.succeed(), true);
  assert.equal(breaker.admits(), true);
  assert.equal(breaker.admits(), true);
  assert.equal(breaker.succeed(), false);
});

test("tells a broken record from no record", () => {
  const record = sampleRecord();
  assert.equal(recordOrNothing(record), record);
  assert.equal(recordOrNothing(undefined), undefined);
  assert.equal(recordOrNothing(null as unknown as undefined), undefined);
  assert.equal(recordOrNothing("text" as unknown as undefined), "broken");
  assert.equal(recordOrNothing({} as unknown as undefined), "broken");
});
