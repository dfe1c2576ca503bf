import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";

/** From here on it has grown: the engine begins with 1, and takes a little more for the second half of it. */
const GROWN_MEGABYTES = 4;

/** Megabytes of the young generation as a run begins that keeps two million objects, and as it ends; with what is done before it. */
function megabytes(before: string): { begin: number; end: number } {
  const url = JSON.stringify(new URL("young-generation.ts", import.meta.url));
  const script = `
import { getHeapSpaceStatistics } from "node:v8";
import { keepYoungGenerationSmall, letYoungGenerationGrow } from ${url};
let ahead = { text: (path) => path };
const megabytes = () => getHeapSpaceStatistics().find((one) => one.space_name === "new_space").space_size / 2 ** 20;
const begin = megabytes();
${before}
const kept = [];
for (let i = 0; i < 2_000_000; i += 1) kept.push({ i, read: i % 500 === 0 ? ahead.text("a.js") : "a.js" });
if (kept.some((one) => one.read !== "a.js")) throw new Error("another text");
console.log(begin, megabytes());`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  assert.match(stdout, /^[\d.]+ [\d.]+\n$/, stderr);
  const [begin = Number.NaN, end = Number.NaN] = stdout.split(" ").map(Number);
  return { begin, end };
}

it("keeps the young generation small", () => {
  const { begin, end } = megabytes("keepYoungGenerationSmall();");
  assert.ok(end <= Math.max(begin * 2, GROWN_MEGABYTES), `${String(begin)} to ${String(end)}`);
});

it("lets that of a large project grow, and not as far as the engine would", () => {
  const { begin, end } = megabytes("keepYoungGenerationSmall(); ahead = letYoungGenerationGrow(ahead);");
  assert.ok(end > GROWN_MEGABYTES && end <= 32, `${String(begin)} to ${String(end)}`);
  assert.ok(megabytes("").end > end);
});
