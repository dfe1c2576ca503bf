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

const sick: readonly [string, () => unknown][] = failing.filter(([name]) => name !== "answers too late");
for (const [name, answer] of sick) {
  test(`serves everybody else while the store ${name} for one session alone`, async () => {
    const record = sampleRecord();
    let asked = 0;
    const get = (key: string): unknown => {
      if (key !== "sick") return record;
      asked++;
      return answer();
    };
    const guard = guardStore({ ...every(() => undefined), get: get as SessionStore["get"] }, 5);
    for (let request = 0; request < 20; request++)
      // oxlint-disable-next-line no-await-in-loop -- one after the other: nothing else is read in between
      await assert.rejects(async () => guard.get("sick"), { code: "SESSION_STORE_FAILED" });
    assert.equal(guard.get("well"), record);
    assert.equal(asked, 5, "the sick one is left alone too: each call of it may wait for the deadline");
  });
}

function unlessSick(userId: string): readonly never[] {
  if (userId === "sick") throw new Error("a row of this user is corrupt");
  return [];
}

test("reads the lists of everybody else while one user's cannot be read", () => {
  const guard = guardStore({ ...every(() => undefined), listByUser: unlessSick }, 20);
  for (let request = 0; request < 20; request++) assert.throws(() => guard.listByUser("sick"));
  assert.deepEqual(guard.listByUser("well"), []);
  assert.equal(guard.get("sick"), undefined, "a session's key is not a user's id");
});

/** Whose calls fail or succeed one after the other, and which of six are refused after that. */
const breakings: readonly [string, fails: string, refused: string][] = [
  ["lets four failures pass", "1234", ""],
  ["opens for all when five different ones failed in a row", "12345", "123456"],
  ["opens for one that failed five times in a row, and for no other", "11111", "1"],
  ["counts two that take turns by themselves", "1212121212", "12"],
  ["does not open for all while four fail, however often", "1111222334444", ""],
  ["opens for all when a fifth one does", "11112223344445", "123456"],
  ["does not count failures with a success in between", "1234.5", ""],
  ["does not count one's failures with a success in between", "1111.1", ""],
];
for (const [name, fails, refused] of breakings) {
  test(`the breaker ${name}`, () => {
    const breaker = new Breaker(() => 0);
    for (const who of fails) {
      if (who === ".") breaker.succeed();
      else breaker.fail(who);
    }
    const asked = ["1", "2", "3", "4", "5", "6"];
    assert.equal(asked.filter((who) => !breaker.admits(who)).join(""), refused);
  });
}

const manyOrOne: readonly [string, readonly string[]][] = [
  ["everybody's", ["1", "2", "3", "4", "5"]],
  ["one session's", ["1", "1", "1", "1", "1"]],
];
for (const [whose, failed] of manyOrOne) {
  test(`the breaker lets one probe through after ${whose} pause, and all after its success`, () => {
    let nowMs = 0;
    const breaker = new Breaker(() => nowMs);
    for (const who of failed) breaker.fail(who);
    nowMs = 499;
    assert.equal(breaker.admits("1"), false);
    nowMs = 500;
    assert.equal(breaker.admits("1"), true);
    assert.equal(breaker.admits("1"), false);
    breaker.fail("1");
    nowMs = 999;
    assert.equal(breaker.admits("1"), false);
    nowMs = 1000;
    assert.equal(breaker.admits("1"), true);
    assert.equal(breaker.succeed(), true);
    assert.equal(breaker.admits("1"), true);
    assert.equal(breaker.admits("1"), true);
    assert.equal(breaker.succeed(), false);
  });
}

test("tells a broken record from no record", () => {
  const record = sampleRecord();
  assert.equal(recordOrNothing(record), record);
  assert.equal(recordOrNothing(undefined), undefined);
  assert.equal(recordOrNothing(null as unknown as undefined), undefined);
  assert.equal(recordOrNothing("text" as unknown as undefined), "broken");
  assert.equal(recordOrNothing({} as unknown as undefined), "broken");
});
