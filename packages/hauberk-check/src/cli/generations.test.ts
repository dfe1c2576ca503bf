import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";

/** From here on it has grown: the engine begins with 1, and takes a little more for the second half of it. */
const GROWN_MEGABYTES = 4;

/** What a module script prints, which may use what this folder gives. */
function printed(script: string): number[] {
  const url = JSON.stringify(new URL("generations.ts", import.meta.url));
  const imports = `import { keepOldGenerationSmall, keepYoungGenerationSmall, letYoungGenerationGrow, takeBackGenerations } from ${url};`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", imports + script],
    {
      encoding: "utf8",
    },
  );
  assert.match(stdout, /^[\d.]+ [\d.]+\n$/, stderr);
  return stdout.split(" ").map(Number);
}

/** Megabytes of the young generation as a run begins that keeps two million objects, and as it ends; with what is done before it. */
function megabytes(before: string): { begin: number; end: number } {
  const [begin = Number.NaN, end = Number.NaN] = printed(`
import { getHeapSpaceStatistics } from "node:v8";
let ahead = { text: (path) => path };
const megabytes = () => getHeapSpaceStatistics().find((one) => one.space_name === "new_space").space_size / 2 ** 20;
const begin = megabytes();
${before}
const kept = [];
for (let i = 0; i < 2_000_000; i += 1) kept.push({ i, read: i % 500 === 0 ? ahead.text("a.js") : "a.js" });
if (kept.some((one) => one.read !== "a.js")) throw new Error("another text");
console.log(begin, megabytes());`);
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

/** Megabytes of the heap at its most, while ten parts of 200,000 objects come and go beside one that stays; and how many stay. */
const mostMegabytes = (before: string): number =>
  printed(`
import { getHeapStatistics } from "node:v8";
keepYoungGenerationSmall();
${before}
const part = () => Array.from({ length: 200_000 }, (_, i) => ({ i, value: [i] }));
const kept = part();
let most = 0;
for (let i = 0; i < 10; i += 1) {
  const gone = [];
  for (let j = 0; j < 200_000; j += 1) {
    gone.push({ j, value: [j] });
    if (j % 20_000 === 0) most = Math.max(most, getHeapStatistics().used_heap_size / 2 ** 20);
  }
}
console.log(most, kept.length);`)[0] ?? Number.NaN;

it("collects what the parts of a large project leave behind before it is as much again", () => {
  assert.ok(mostMegabytes("keepOldGenerationSmall();") < 0.8 * mostMegabytes(""));
});

/** What compiled code depends on, as a large project begins and as it ends. */
const tags = (end: string): number[] =>
  printed(`
import { cachedDataVersionTag } from "node:v8";
keepYoungGenerationSmall();
const begin = cachedDataVersionTag();
keepOldGenerationSmall();
letYoungGenerationGrow({ text: (path) => path });
${end}
console.log(begin, cachedDataVersionTag());`);

it("ends a large project with the flags it began with, on which compiled code depends", () => {
  const [begin, end] = tags("takeBackGenerations();");
  assert.equal(end, begin);
  assert.notEqual(...(tags("") as [number, number]));
});
