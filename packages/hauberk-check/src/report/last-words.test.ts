import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastWords } from "./last-words.ts";

const ROWS: readonly [name: string, output: string, want: string][] = [
  ["nothing", "", ""],
  ["chatter", "starting\nready in 3 ms\n", ""],
  [
    "the message above a stack",
    "Error: no config\n    at load (/app/a.js:1:2)\n\nNode.js v24.1.0\n",
    "Error: no config",
  ],
  [
    "the app's line, not npm's",
    "DATABASE_URL is not set\nnpm error Lifecycle script `start` failed with error:\nnpm error code 1\n",
    "DATABASE_URL is not set",
  ],
  [
    "what, not why or how to fix it",
    "[SETTING_MISSING] APP_SECRETS is not set.\n  Why: it cannot sign.\n  Fix: run create-env; it must exist.\n",
    "[SETTING_MISSING] APP_SECRETS is not set.",
  ],
  ["a password in an address", "Error: postgres://me:hunter2@db/x", "Error: postgres://***@db/x"],
  [
    "a setting with its value",
    "Error: SESSION_SECRET=hunter2 is too short",
    "Error: SESSION_SECRET=*** is too short",
  ],
  ["a quoted one", 'invalid {"apiKey": "hunter2"}', 'invalid {"apiKey": ***}'],
];

describe("the last words of a process", () => {
  for (const [name, output, want] of ROWS) {
    it(`of ${name} are ${want === "" ? "none" : JSON.stringify(want)}`, () => {
      assert.equal(lastWords(output), want);
    });
  }
  it("are cut when somebody prints a novel", () => {
    assert.equal(lastWords(`Error: ${"x".repeat(10_000)}`).length, 200);
  });
});
