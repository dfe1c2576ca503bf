import assert from "node:assert/strict";
import { test } from "node:test";
import { CURRENT_PARAMETERS, createPasswords } from "./passwords.ts";
import { parsePhc } from "./phc.ts";
import { QueueFullError } from "../queues/bounded.ts";

const SALT = "c29tZXNhbHRzb21lc2FsdA";
const TAG = "dKnhrF5bhR2uYKLn7lDB2QhVLb8qXrR8o5kDzqoLJ7c";
const GOOD = `$argon2id$v=19$m=64,t=2,p=1$${SALT}$${TAG}`;
const CHEAP = { memoryKiB: 64, passes: 1, parallelism: 1 };

const DAMAGED: readonly [name: string, text: string][] = [
  ["nothing", ""],
  ["a bcrypt hash", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"],
  ["argon2i", GOOD.replace("argon2id", "argon2i")],
  ["an older version", GOOD.replace("v=19", "v=16")],
  ["no version", GOOD.replace("$v=19", "")],
  ["a truncated tag", GOOD.slice(0, -25)],
  ["one character cut off the tag", GOOD.slice(0, -1)],
  ["no tag", GOOD.slice(0, GOOD.lastIndexOf("$"))],
  ["an empty tag", GOOD.slice(0, GOOD.lastIndexOf("$") + 1)],
  ["a short salt", GOOD.replace(SALT, "c29tZQ")],
  ["an overlong salt", GOOD.replace(SALT, "A".repeat(90))],
  ["padded base64", `${GOOD}=`],
  ["url-safe base64", `${GOOD.slice(0, -1)}_`],
  ["stray bits in the last base64 character", `${GOOD.slice(0, -1)}d`],
  ["a trailing line feed", `${GOOD}\n`],
  ["a trailing part", `${GOOD}$x`],
  ["zero passes", GOOD.replace("t=2", "t=0")],
  ["too many passes", GOOD.replace("t=2", "t=99")],
  ["a lane too many for its memory", GOOD.replace("p=1", "p=9")],
  ["four gigabytes", GOOD.replace("m=64", "m=4194304")],
  ["half a gigabyte", GOOD.replace("m=64", "m=524288")],
  ["a leading zero", GOOD.replace("m=64", "m=064")],
  ["a negative cost", GOOD.replace("m=64", "m=-64")],
  ["a cost in exponent form", GOOD.replace("m=64", "m=1e4")],
  ["parameters in another order", GOOD.replace("m=64,t=2,p=1", "t=2,m=64,p=1")],
  ["spaces", ` ${GOOD}`],
];

test("reads a sound record", () => {
  assert.equal(parsePhc(GOOD)?.memoryKiB, 64);
  assert.equal(parsePhc(GOOD)?.salt.toString(), "somesaltsomesalt");
});

for (const [name, text] of DAMAGED) {
  test(`refuses a stored hash with ${name}, and no password matches it`, async () => {
    assert.equal(parsePhc(text), undefined);
    const verification = await createPasswords({ parameters: CHEAP }).verify("", text);
    assert.deepEqual(verification, { matches: false, needsRehash: false });
  });
}

test("hashes with today's parameters and a salt of its own each time", async () => {
  const passwords = createPasswords();
  const [first, second] = await Promise.all([passwords.hash("same"), passwords.hash("same")]);
  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(first, second);
  assert.deepEqual(await passwords.verify("same", first), { matches: true, needsRehash: false });
});

const LOOK_ALIKES: readonly [name: string, password: string, attempt: string][] = [
  ["another case", "Correct horse", "correct horse"],
  ["a trailing space", "correct horse", "correct horse "],
  ["everything after 72 bytes missing", `${"a".repeat(72)}b`, `${"a".repeat(72)}c`],
  ["everything after a NUL missing", "abc\u0000def", "abc\u0000xyz"],
  ["the other Unicode form", "caf\u00e9", "cafe\u0301"],
  ["nothing", "correct horse", ""],
  ["one byte of a 200-character password changed", "x".repeat(200), `${"x".repeat(199)}y`],
];

for (const [name, password, attempt] of LOOK_ALIKES) {
  test(`does not take a password with ${name} for the real one`, async () => {
    const passwords = createPasswords({ parameters: CHEAP });
    const stored = await passwords.hash(password);
    assert.equal((await passwords.verify(attempt, stored)).matches, false);
    assert.equal((await passwords.verify(password, stored)).matches, true);
  });
}

test("asks for a new hash only when the password is right and the cost has changed", async () => {
  const stored = await createPasswords({ parameters: CHEAP }).hash("right");
  const passwords = createPasswords({ parameters: { ...CHEAP, passes: 2 } });
  assert.deepEqual(await passwords.verify("right", stored), { matches: true, needsRehash: true });
  assert.deepEqual(await passwords.verify("wrong", stored), { matches: false, needsRehash: false });
});

test("verifies an account that does not exist at the full cost, and never lets it in", async () => {
  const passwords = createPasswords({ parameters: { ...CURRENT_PARAMETERS, passes: 8 } });
  const stored = await passwords.hash("right");
  const [known, unknown] = [
    await processorTimeOf(() => passwords.verify("wrong", stored)),
    await processorTimeOf(() => passwords.verify("wrong", undefined)),
  ];
  assert.ok(unknown > known / 3, `unknown took ${unknown} ms, known ${known} ms`);
  assert.equal((await passwords.verify("", undefined)).matches, false);
});

test("refuses work beyond its queue instead of taking more memory", async () => {
  const passwords = createPasswords({ parameters: CHEAP, queue: { concurrency: 1, maxWaiting: 1 } });
  const results = await Promise.allSettled([1, 2, 3].map((n) => passwords.hash(`password ${n}`)));
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 1);
  assert.ok(refused[0]?.reason instanceof QueueFullError);
});

/** Of all threads, in milliseconds: the hash is made on another one. */
async function processorTimeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
