import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import {
  nearestOf,
  readBoolean,
  readFunction,
  readInteger,
  readOneOf,
  readOptions,
  readString,
  readStringArray,
  received,
} from "./options.ts";

const place = { call: "part()", path: "key" };
const integer = (value: unknown): number => readInteger(value, { min: 1, max: 10, fallback: 5 }, place);

const REFUSED: readonly [title: string, read: () => unknown, code: string, says: RegExp][] = [
  [
    "a function instead of options",
    () => readOptions(() => 1, ["a"], { call: "part()" }),
    "OPTIONS_INVALID",
    /a function/,
  ],
  [
    "a class instance instead of options",
    () => readOptions(new Date(), ["a"], { call: "part()" }),
    "OPTIONS_INVALID",
    /plain object/,
  ],
  ["null instead of options", () => readOptions(null, ["a"], { call: "part()" }), "OPTIONS_INVALID", /null/],
  [
    "an array instead of options",
    () => readOptions([], ["a"], { call: "part()" }),
    "OPTIONS_INVALID",
    /an array/,
  ],
  [
    "a misspelt key, with the nearest known one",
    () => readOptions({ limitByte: 1 }, ["limitBytes"], place),
    "OPTION_UNKNOWN",
    /did you mean "limitBytes"\?/,
  ],
  [
    "an unknown key, with all known ones",
    () => readOptions({ zzzzzz: 1 }, ["a", "b"], place),
    "OPTION_UNKNOWN",
    /known options are a, b/,
  ],
  [
    "a key of thousands of letters, cut",
    () => readOptions({ ["k".repeat(5000)]: 1 }, ["a"], place),
    "OPTION_UNKNOWN",
    /^.{0,200}$/m,
  ],
  [
    "an own __proto__ from JSON",
    () => readOptions(JSON.parse('{"__proto__":{}}'), ["a"], place),
    "OPTION_UNKNOWN",
    /__proto__/,
  ],
  ["a number below the range", () => integer(0), "OPTION_RANGE", /1 to 10/],
  ["a number above the range", () => integer(11), "OPTION_RANGE", /1 to 10/],
  ["a fraction", () => integer(1.5), "OPTION_RANGE", /1\.5/],
  ["NaN", () => integer(Number.NaN), "OPTION_RANGE", /NaN/],
  ["infinity", () => integer(Infinity), "OPTION_RANGE", /Infinity/],
  ["a number as text", () => integer("5"), "OPTION_RANGE", /"5"/],
  ["a number as an object", () => integer(Object(5)), "OPTION_RANGE", /object/],
  ["a bigint", () => integer(5n), "OPTION_RANGE", /bigint/],
  ["null as a number", () => integer(null), "OPTION_RANGE", /null/],
  ["a truthy text as a boolean", () => readBoolean("false", true, place), "OPTION_TYPE", /true or false/],
  ["1 as a boolean", () => readBoolean(1, true, place), "OPTION_TYPE", /true or false/],
  ["an empty string", () => readString("", place), "OPTION_TYPE", /non-empty/],
  ["a String object", () => readString(Object("x"), place), "OPTION_TYPE", /non-empty/],
  ["a choice that is none", () => readOneOf("c", ["a", "b"], "a", place), "OPTION_TYPE", /"a" or "b"/],
  ["a text as a function", () => readFunction("x", place), "OPTION_TYPE", /a function/],
  ["a text as an array", () => readStringArray("x", place), "OPTION_TYPE", /array of strings/],
  ["a hole in an array", () => readStringArray(["a", undefined], place), "OPTION_TYPE", /array of strings/],
];

for (const [title, read, code, says] of REFUSED) {
  test(`refuses ${title}`, () => {
    assert.throws(
      read,
      (error: unknown) => error instanceof ConfigError && error.code === code && says.test(error.message),
    );
  });
}

test("gives the default for undefined only", () => {
  assert.equal(integer(undefined), 5);
  assert.equal(readBoolean(undefined, true, place), true);
  assert.equal(readOneOf(undefined, ["a", "b"], "b", place), "b");
  assert.deepEqual(readOptions(undefined, [], place), {});
});

test("takes both ends of a range", () => {
  assert.deepEqual([integer(1), integer(10)], [1, 10]);
});

test("never prints what could be a secret", () => {
  assert.equal(received("x".repeat(61)), "a string of 61 characters");
  assert.equal(received("short"), '"short"');
  assert.equal(received({ password: "p" }), "a value of type object");
});

test("names the nearest known word, and none when all are far", () => {
  assert.equal(nearestOf("orgins", ["origins", "proxy"]), "origins");
  assert.equal(nearestOf("ORIGINS", ["origins"]), "origins");
  assert.equal(nearestOf("whatever", ["origins", "proxy"]), undefined);
  assert.equal(nearestOf("x".repeat(100_000), ["origins"]), undefined);
});
