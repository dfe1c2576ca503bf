import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseSecrets } from "../internal/secrets.ts";
import { keyRing } from "../keys/ring.ts";
import { runCli, USAGE } from "./run.ts";

const OLD = "1:8fLwQ8rT1mYw6xLb9nCd4hJf7pSg2aUeZk3vQ8rT1mY";

test("makes a ring of one secret that hauberk() takes", () => {
  const { exitCode, stdout } = runCli(["keys", "new"], undefined);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^1:[A-Za-z0-9_-]{43}\n$/);
  assert.equal(parseSecrets(keyRing(stdout), "test").length, 1);
  assert.notEqual(runCli(["keys", "new"], undefined).stdout, stdout);
});

test("rotates from standard input, and keeps two keys", () => {
  const once = runCli(["keys", "rotate"], () => `${OLD}\n`);
  assert.match(once.stdout, new RegExp(`^2:[A-Za-z0-9_-]{43},${OLD}\n$`));
  const twice = runCli(["keys", "rotate"], () => once.stdout);
  assert.match(twice.stdout, /^3:[A-Za-z0-9_-]{43},2:[A-Za-z0-9_-]{43}\n$/);
});

test("drops every older key when one is to be kept, as after a leak", () => {
  const { stdout } = runCli(["keys", "rotate", "--keep", "1"], () => OLD);
  assert.match(stdout, /^2:[A-Za-z0-9_-]{43}\n$/);
});

test("prints its usage when asked", () => {
  for (const args of [["--help"], ["keys", "--help"], ["keys", "rotate", "--help"]])
    assert.deepEqual(runCli(args, undefined), { exitCode: 0, stdout: USAGE, stderr: "" });
});

const WRONG: readonly [string, readonly string[]][] = [
  ["nothing", []],
  ["no action", ["keys"]],
  ["an action that does not exist", ["keys", "delete"]],
  ["a ring as an argument, which others would see", ["keys", "rotate", OLD]],
  ["an option that does not exist", ["keys", "new", "--length", "5"]],
  ["no key kept", ["keys", "rotate", "--keep", "0"]],
  ["a count that is no number", ["keys", "rotate", "--keep", "2x"]],
  ["a negative count", ["keys", "rotate", "--keep=-1"]],
  ["a count without an end", ["keys", "rotate", "--keep", "Infinity"]],
  ["a count that is missing", ["keys", "rotate", "--keep"]],
  ["a count for a new ring", ["keys", "new", "--keep", "2"]],
];
for (const [name, args] of WRONG) {
  test(`answers ${name} with its usage and 2`, () => {
    assert.deepEqual(
      runCli(args, () => OLD),
      { exitCode: 2, stdout: "", stderr: USAGE },
    );
  });
}

test("does not wait for a person to type a ring", () => {
  assert.equal(runCli(["keys", "rotate"], undefined).exitCode, 2);
});

test("answers a ring that is none with 1 and without printing it", () => {
  const { exitCode, stdout, stderr } = runCli(["keys", "rotate"], () => "1:se cret-8fLwQ8rT1mYw6xL");
  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^\[KEY_RING_INVALID\]/);
  assert.ok(!stderr.includes("8fLw"));
});

test("does the same as a process, with exit codes", () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const run = (args: readonly string[], input = "") =>
    spawnSync(process.execPath, ["--conditions=source", main, ...args], { input, encoding: "utf8" });
  assert.match(run(["keys", "rotate"], OLD).stdout, /^2:.{43},1:/);
  assert.deepEqual(
    [run(["keys", "new"]).status, run(["keys", "rotate"], "").status, run(["nonsense"]).status],
    [0, 1, 2],
  );
});
