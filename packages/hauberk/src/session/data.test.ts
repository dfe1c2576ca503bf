import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as check, constantFrom, dictionary, jsonValue, property } from "fast-check";
import { decodeData, encodeData, encodeForStore, isSameFlat, mergeData, type SessionValues } from "./data.ts";

const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;

const refused: readonly [string, Record<string, unknown>, string][] = [
  ["a BigInt", { n: 1n }, "SESSION_DATA_INVALID"],
  ["a cycle", { cycle }, "SESSION_DATA_INVALID"],
  ["a toJSON that throws", { a: { toJSON: () => assert.fail() } }, "SESSION_DATA_INVALID"],
  ["a function, which would not be there on the next request", { f: () => 1 }, "SESSION_DATA_INVALID"],
  ["a symbol", { s: Symbol("s") }, "SESSION_DATA_INVALID"],
  ["a function deep inside", { a: [{ f: () => 1 }] }, "SESSION_DATA_INVALID"],
  ["a Map, which JSON empties", { m: new Map([[1, 2]]) }, "SESSION_DATA_INVALID"],
  ["a Set, which JSON empties", { s: new Set([1]) }, "SESSION_DATA_INVALID"],
  ["a promise nobody waited for", { user: Promise.resolve({ id: 1 }) }, "SESSION_DATA_INVALID"],
  ["a RegExp", { a: [/a/] }, "SESSION_DATA_INVALID"],
  ["an Error, whose message JSON drops", { flash: [new TypeError("wrong")] }, "SESSION_DATA_INVALID"],
  ["an ArrayBuffer", { a: { b: new ArrayBuffer(3) } }, "SESSION_DATA_INVALID"],
  ["a Map that toJSON gives", { a: { toJSON: () => new Map([[1, 2]]) } }, "SESSION_DATA_INVALID"],
  ["a method's name", { logout: true }, "SESSION_DATA_INVALID"],
  ["a getter's name", { userId: "admin" }, "SESSION_DATA_INVALID"],
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  ["a thenable", Object.fromEntries([["then", 1]]), "SESSION_DATA_INVALID"],
  [
    "the prototype",
    JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>,
    "SESSION_DATA_INVALID",
  ],
  ["the constructor", { constructor: 1 }, "SESSION_DATA_INVALID"],
  ["5 MB", { a: "x".repeat(5_000_000) }, "SESSION_TOO_LARGE"],
  ["one byte too many", { a: "x".repeat(993) }, "SESSION_TOO_LARGE"],
  ["few characters of many bytes", { a: "\u20ac".repeat(340) }, "SESSION_TOO_LARGE"],
];
for (const [name, values, code] of refused) {
  test(`refuses to store ${name}`, () => assert.throws(() => encodeForStore(values, 1000), { code }));
}

test("stores exactly as many bytes as the limit", () => {
  assert.equal(encodeData({ a: "x".repeat(992) }, 1000).length, 1000);
});

for (const [name, value] of [
  ["a Map", new Map([[1, 2]])],
  ["a promise", Promise.resolve(1)],
] as const) {
  test(`refuses ${name} where JSON makes the same text of it as before`, () => {
    const before = encodeData({ a: { b: [{}] } }, 1000);
    assert.equal(JSON.stringify({ a: { b: [value] } }), before);
    assert.throws(() => encodeData({ a: { b: [value] } }, 1000), { code: "SESSION_DATA_INVALID" });
  });
}

test("stores what knows how to become JSON, and objects of the application's own", () => {
  class Point {
    x = 1;
  }
  const at = new Date(5);
  class OwnError extends Error {
    toJSON(): string {
      return this.message;
    }
  }
  const values = { at, url: new URL("https://a.example"), point: new Point(), error: new OwnError("no") };
  const want = '{"at":"1970-01-01T00:00:00.005Z","url":"https://a.example/","point":{"x":1},"error":"no"}';
  assert.equal(encodeForStore(values, 1000), want);
});

test("leaves keys out that were set to undefined", () => {
  assert.equal(encodeData({ a: undefined, b: 1 }, 1000), '{"b":1}');
});

const corrupt: readonly [string, string][] = [
  ["nothing", ""],
  ["half an object", '{"a":'],
  ["null", "null"],
  ["a number", "1"],
  ["a text", '"a"'],
  ["an array", "[1]"],
  ["two objects", "{}{}"],
  ["a prototype", '{"__proto__":{"admin":true}}'],
  ["a constructor", '{"constructor":{"prototype":{}}}'],
  ["a user id", '{"userId":"admin"}'],
  ["a method", '{"login":1}'],
  ["express-session's cookie", '{"cookie":{"maxAge":1},"user":"admin"}'],
  ["NaN", '{"a":NaN}'],
  ["a byte order mark", "\ufeff{}"],
];
for (const [name, text] of corrupt) {
  test(`reads nothing from ${name}`, () => assert.equal(decodeData(text), undefined));
}

test("keeps a nested __proto__ as plain data that pollutes nothing", () => {
  const values = decodeData('{"a":{"__proto__":{"admin":true}}}');
  assert.equal(({} as Record<string, unknown>)["admin"], undefined);
  assert.notEqual(values, undefined);
});

const merges: readonly [
  string,
  base: SessionValues,
  mine: SessionValues,
  theirs: SessionValues,
  want: SessionValues,
][] = [
  ["keeps both of two new keys", {}, { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ["keeps their change of a key not touched here", { a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }],
  ["lets the later writer win on the same key", { a: 1 }, { a: 3 }, { a: 2 }, { a: 3 }],
  ["deletes what was deleted here", { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 1 }, { b: 1 }],
  ["deletes what was deleted here and changed there", { a: 1 }, {}, { a: 2 }, {}],
  ["does not bring back what was deleted there", { a: 1 }, { a: 1 }, {}, {}],
  ["keeps what was changed here and deleted there", { a: 1 }, { a: 2 }, {}, { a: 2 }],
  [
    "sees a change deep inside",
    { a: { b: [1] } },
    { a: { b: [1, 2] } },
    { a: { b: [1] }, c: 1 },
    { a: { b: [1, 2] }, c: 1 },
  ],
  ["takes an equal copy for unchanged", { a: { b: 1 } }, { a: { b: 1 } }, { a: { b: 2 } }, { a: { b: 2 } }],
  ["takes null for a value", { a: 1 }, { a: null }, { a: 1 }, { a: null }],
  ["takes undefined for a deletion", { a: 1 }, { a: undefined }, { a: 1 }, {}],
];
for (const [name, base, mine, theirs, want] of merges) {
  test(name, () => assert.deepEqual(mergeData(base, mine, theirs), want));
}

test("merges writers of different keys to the same result in either order", () => {
  const key = constantFrom("a", "b", "c", "d");
  const values = dictionary(key, jsonValue(), { noNullPrototype: true });
  check(
    property(values, jsonValue(), jsonValue(), (base, first, second) => {
      const one = { ...base, one: first };
      const two = { ...base, two: second };
      assert.deepEqual(mergeData(base, one, two), mergeData(base, two, one));
    }),
  );
});

const inner = { b: 1 };
const glances: readonly [string, SessionValues, Record<string, unknown>, boolean][] = [
  ["nothing and nothing", {}, {}, true],
  [
    "texts, numbers, booleans and null",
    { a: "x", b: 1, c: true, d: null },
    { d: null, c: true, b: 1, a: "x" },
    true,
  ],
  ["another text", { a: "x" }, { a: "y" }, false],
  ["a number for its text", { a: 1 }, { a: "1" }, false],
  ["a key more", { a: 1 }, { a: 1, b: 2 }, false],
  ["a key less", { a: 1, b: 2 }, { a: 1 }, false],
  ["another key", { a: 1 }, { b: 1 }, false],
  ["undefined for a key that was not there", { a: 1 }, { b: undefined }, false],
  [
    "a key that every object has",
    { a: 1 },
    { toLocaleString: Reflect.get({}, "toLocaleString") as unknown },
    false,
  ],
  ["an object, which may have been changed within", { a: inner }, { a: inner }, false],
  ["a function", { a: 1 }, { a: () => 1 }, false],
];
for (const [name, before, now, want] of glances)
  test(`sees at a glance: ${name}`, () => assert.equal(isSameFlat(before, now), want));
