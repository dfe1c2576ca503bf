import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";

/** Megabytes of the young generation after a run that keeps two million objects, with what is done before it. */
function megabytesAfter(before: string): number {
  const url = JSON.stringify(new URL("young-generation.ts", import.meta.url));
  const script = `
import { getHeapSpaceStatistics } from "node:v8";
import { keepYoungGenerationSmall, letYoungGenerationGrow } from ${url};
let ahead = { text: (path) => path };
${before}
const kept = [];
for (let i = 0; i < 2_000_000; i += 1) kept.push({ i, read: i % 500 === 0 ? ahead.text("a.js") : "a.js" });
if (kept.some((one) => one.read !== "a.js")) throw new Error("another text");
console.log(getHeapSpaceStatistics().find((one) => one.space_name === "new_space").space_size / 2 ** 20);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  assert.match(stdout, /^\d+(?:\.\d+)?\n$/, stderr);
  return Number(stdout);
}

it("keeps the young generation as it is", () => {
  assert.ok(megabytesAfter("keepYoungGenerationSmall();") <= 2);
});

it("lets that of a large project grow, and not as far as the engine would", () => {
  const large = megabytesAfter("keepYoungGenerationSmall(); ahead = letYoungGenerationGrow(ahead);");
  assert.ok(large > 2 && large <= 32, String(large));
  assert.ok(megabytesAfter("") > large);
});
