import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRecord } from "../../test/session/record.ts";
import { followable, isExpired, isMark, isRecord, markOf, type SessionRecord } from "./record.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const alive = sampleRecord({
  createdAtMs: NOW - HOUR,
  idleExpiresAtMs: NOW + HOUR,
  absoluteExpiresAtMs: NOW + 11 * HOUR,
});

const lifetimes: readonly [
  name: string,
  changes: Partial<SessionRecord>,
  absoluteMs: number,
  expired: boolean,
][] = [
  ["a session in use", {}, 12 * HOUR, false],
  ["a session in its last millisecond", { idleExpiresAtMs: NOW + 1 }, 12 * HOUR, false],
  [
    "a session of another machine whose clock is a minute ahead",
    { createdAtMs: NOW + 60_000 },
    12 * HOUR,
    false,
  ],
  ["an idle session, on the millisecond", { idleExpiresAtMs: NOW }, 12 * HOUR, true],
  ["an idle session", { idleExpiresAtMs: NOW - 1 }, 12 * HOUR, true],
  ["a busy session past its absolute end", { absoluteExpiresAtMs: NOW }, 12 * HOUR, true],
  ["a session older than today's stricter limit", {}, HOUR, true],
  ["a session from a clock that was ten years ahead", { createdAtMs: NOW + 87_600 * HOUR }, 12 * HOUR, true],
  ["a session from six minutes in the future", { createdAtMs: NOW + 360_000 }, 12 * HOUR, true],
  ["a record whose idle end is not a number", { idleExpiresAtMs: Number.NaN }, 12 * HOUR, true],
  ["a record whose absolute end is not a number", { absoluteExpiresAtMs: Number.NaN }, 12 * HOUR, true],
  ["a record whose start is not a number", { createdAtMs: Number.NaN }, 12 * HOUR, true],
  ["a record whose start is minus infinity", { createdAtMs: Number.NEGATIVE_INFINITY }, 12 * HOUR, true],
];
for (const [name, changes, absoluteMs, expired] of lifetimes) {
  test(`${expired ? "ends" : "keeps"} ${name}`, () => {
    assert.equal(isExpired({ ...alive, ...changes }, NOW, absoluteMs), expired);
  });
}

const shapes: readonly [name: string, value: unknown, ok: boolean][] = [
  ["a visitor's record", alive, true],
  ["a user's record", { ...alive, userId: "u" }, true],
  ["a mark", markOf("k", "rotated", NOW), true],
  ["nothing", undefined, false],
  ["null", null, false],
  ["a text", "{}", false],
  ["an empty object", {}, false],
  ["an express-session record", { cookie: {}, user: "admin" }, false],
  ["a version as text", { ...alive, version: "1" }, false],
  ["a negative version", { ...alive, version: -1 }, false],
  ["a fractional version", { ...alive, version: 1.5 }, false],
  ["a version nobody can count up from", { ...alive, version: 2 ** 53 }, false],
  ["a record without an epoch", { ...alive, userEpoch: undefined }, false],
  ["an epoch as a BigInt", { ...alive, userEpoch: 0n }, false],
  ["a record that never expires", { ...alive, absoluteExpiresAtMs: Number.POSITIVE_INFINITY }, false],
  ["an idle end as a Date", { ...alive, idleExpiresAtMs: new Date() }, false],
  ["a start as text", { ...alive, createdAtMs: "0" }, false],
  ["an empty user id", { ...alive, userId: "" }, false],
  ["a user id of null", { ...alive, userId: null }, false],
  ["a numeric user id", { ...alive, userId: 1 }, false],
  ["data as an object", { ...alive, data: { admin: true } }, false],
  ["a handle that is missing", { ...alive, handle: undefined }, false],
  ["an origin that is missing", { ...alive, startedFrom: undefined }, false],
  ["an origin of null", { ...alive, startedFrom: null }, false],
  ["an origin without an address", { ...alive, startedFrom: { userAgent: "" } }, false],
  ["an origin whose user agent is a list", { ...alive, startedFrom: { address: "", userAgent: [] } }, false],
];
for (const [name, value, ok] of shapes) {
  test(`${ok ? "takes" : "does not take"} ${name} for a record`, () => assert.equal(isRecord(value), ok));
}

test("makes marks that live for a minute and carry no user", () => {
  const mark = markOf("key", "replaced", NOW);
  assert.equal(isMark(mark), true);
  assert.equal(isMark(alive), false);
  assert.equal(isExpired(mark, NOW + 59_999, HOUR), false);
  assert.equal(isExpired(mark, NOW + 60_000, HOUR), true);
  assert.equal(mark.userId, undefined);
});

test("lets a request follow a rotated session, and nobody into a login", () => {
  assert.equal(followable(markOf("key", "rotated", NOW)), "key");
  assert.equal(followable(markOf("key", "replaced", NOW)), undefined);
});
