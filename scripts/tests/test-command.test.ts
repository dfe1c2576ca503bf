import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { inLanes } from "../lib/lanes.mjs";
import { chooseSteps } from "../lib/steps.mjs";
import { formatSummary } from "../lib/summary.mjs";
import { parseTestArguments } from "../lib/test-arguments.mjs";
import { evaluate, temporaryFolder } from "./support.ts";

const steps = [
  { name: "build", title: "build" },
  { name: "types", title: "types", needs: ["build"] },
  { name: "unit", title: "unit" },
];
const choices: readonly (readonly [
  name: string,
  choice: Parameters<typeof chooseSteps>[0],
  want: readonly string[],
])[] = [
  ["runs everything without a choice", {}, ["build", "types", "unit"]],
  [
    "adds what a step needs, in the order of the list",
    { only: ["unit", "types"] },
    ["build", "types", "unit"],
  ],
  ["leaves a step out", { skip: ["types"] }, ["build", "unit"]],
];
for (const [name, choice, want] of choices) {
  test(name, () =>
    assert.deepEqual(
      chooseSteps(choice, steps).map((step) => step.name),
      want,
    ),
  );
}

test("does two tasks at a time, in order, and none before what it needs", async () => {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const tasks = [
    { name: "a" },
    { name: "b", needs: ["a"] },
    { name: "c", needs: ["not chosen"] },
    { name: "d" },
  ];
  const all = inLanes(tasks, 2, (task) => {
    log.push(task.name);
    return new Promise((resolve) => ends.set(task.name, resolve));
  });
  assert.deepEqual(log, ["a", "c"]);
  ends.get("c")?.();
  await setImmediate();
  assert.deepEqual(log, ["a", "c", "d"]);
  ends.get("a")?.();
  await setImmediate();
  assert.deepEqual(log, ["a", "c", "d", "b"]);
  ends.get("b")?.();
  ends.get("d")?.();
  await all;
});

test("does not wait for ever for tasks that wait for each other", async () => {
  const circle = [
    { name: "a", needs: ["b"] },
    { name: "b", needs: ["a"] },
  ];
  await assert.rejects(
    inLanes(circle, 2, () => Promise.resolve()),
    /wait for each other: a, b/,
  );
});

test("reads step names separated by commas or given twice", () => {
  const { only } = parseTestArguments(["--only", "unit,types", "--only=lint"]);
  assert.deepEqual(only, ["unit", "types", "lint"]);
});

for (const args of [["--only", "units"], ["--skip", "nothing"], ["--onyl", "unit"], ["unit"], ["--only"]]) {
  test(`refuses ${args.join(" ")} instead of running something else`, () => {
    assert.throws(() => parseTestArguments(args), { code: "TEST_ARGUMENTS_INVALID", exitCode: 2 });
  });
}

test("fails a run without test files", () => {
  assert.deepEqual(runTests([]), { exitCode: 1 });
});

test("counts what Node's test runner counted", (t) => {
  const file = join(temporaryFolder(t), "sample.test.mjs");
  writeFileSync(
    file,
    `import { describe, test } from "node:test";
     test("a", () => {});
     describe("group", () => { test("b", () => {}); test("c", () => { throw new Error("meant"); }); });
     test("d", { skip: true }, () => {});
     test("e", { timeout: 5 }, () => new Promise((resolve) => setTimeout(resolve, 1000)));`,
  );
  assert.deepEqual(runTests([file]), { exitCode: 1, counts: { passed: 2, failed: 2, skipped: 1 } });
});

test("counts every result of a file that has many and leaves a server open, and ends", (t) => {
  const file = join(temporaryFolder(t), "many.test.mjs");
  writeFileSync(
    file,
    `import { createServer } from "node:http";
     import { test } from "node:test";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
     createServer().listen(0);
     for (let row = 0; row < 500; row++) test("row " + row, () => {});
     test("last", () => { throw new Error("meant"); });`,
  );
  assert.deepEqual(runTests([file]), { exitCode: 1, counts: { passed: 500, failed: 1, skipped: 0 } });
});

test("loses no result when whoever reads them is held up for longer than the file waits", async (t) => {
  const file = join(temporaryFolder(t), "many.test.mjs");
  writeFileSync(
    file,
    `import { createServer } from "node:http";
     import { test } from "node:test";
     createServer().listen(0);
     for (let row = 0; row < 1000; row++) test("row " + row, () => {});
     test("last", () => { throw new Error("meant"); });`,
  );
  const endAfterTests = new URL("../lib/end-after-tests.mjs", import.meta.url).href;
  const child = spawn(process.execPath, [`--import=${endAfterTests}`, file], {
    env: { ...process.env, NODE_TEST_CONTEXT: "child-v8" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await Promise.race([once(child, "exit"), sleep(3500)]);
  let received = "";
  for await (const chunk of child.stdout.setEncoding("latin1")) received += String(chunk);
  assert.match(received, /row 999.*meant/s);
});

test("fails, and ends, when a file breaks off before its first test", (t) => {
  const file = join(temporaryFolder(t), "broken.test.mjs");
  writeFileSync(
    file,
    `import { createServer } from "node:http";
     import { describe } from "node:test";
     describe("stores", async () => {
       createServer().listen(0);
       throw new Error("meant");
     });`,
  );
  assert.partialDeepStrictEqual(runTests([file]), { exitCode: 1 });
});

/** In a process of its own, so that the report of this failing run does not look like part of ours. */
function runTests(files: readonly string[]): unknown {
  const { stdout } = evaluate(`
    const { runTests } = await import(${JSON.stringify(new URL("../lib/test-runner.mjs", import.meta.url).href)});
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const result = await runTests(process.execPath, { files: ${JSON.stringify(files)}, concurrency: 1, env });
    console.log("\\n" + JSON.stringify(result));
  `);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

const counts = { passed: 10, failed: 1, skipped: 2 };
const lint = { title: "lint", passed: true, ms: 1200, isTest: false };
const unit = { title: "unit tests", passed: false, ms: 61_000, isTest: true, counts };

test("ends with the number of tests, alone on its line", () => {
  const browser = {
    ...unit,
    title: "browser tests",
    passed: true,
    counts: { passed: 5, failed: 0, skipped: 0 },
  };
  const summary = formatSummary([lint, unit, browser], 90_000);
  assert.match(summary, /\n15 passed, 1 failed$/);
  assert.match(summary, /\n {10,}90\.0 s\n/);
  assert.match(summary, /1 of 3 steps failed: unit tests\n/);
  assert.match(summary, /FAILED {2}unit tests .* 61\.0 s {2}10 passed, 1 failed, 2 skipped\n/);
});

test("gives no number of tests when a test run broke off", () => {
  const summary = formatSummary([unit, { ...unit, title: "browser tests", counts: undefined }], 1000);
  assert.doesNotMatch(summary, /^\d+ passed, \d+ failed$/m);
});

test("gives no number of tests when none was asked for", () => {
  assert.doesNotMatch(formatSummary([lint], 1000), /passed, /);
});
