import assert from "node:assert/strict";
import { test } from "node:test";
import { shuffled, summarise } from "./stats.ts";

const summaries: readonly [
  name: string,
  values: readonly number[],
  want: readonly [number, number, number],
][] = [
  ["takes the middle of an odd count", [9, 1, 5], [5, 1, 9]],
  ["takes the mean of the middle two of an even count", [4, 1, 3, 2], [2.5, 1, 4]],
  ["sorts by value, not as text", [10, 9, 100], [10, 9, 100]],
  ["takes a single value three times", [7], [7, 7, 7]],
];

for (const [name, values, [median, min, max]] of summaries) {
  test(name, () => assert.deepEqual(summarise(values), { median, min, max }));
}

test("refuses to summarise nothing", () => {
  assert.throws(() => summarise([]), /nothing was measured/);
});

test("keeps every value when it shuffles, and leaves the list it was given alone", () => {
  const values = [1, 2, 3, 4];
  assert.deepEqual(
    shuffled(values).toSorted((a, b) => a - b),
    values,
  );
  assert.deepEqual(
    shuffled(values, () => 0.999),
    [4, 3, 2, 1],
  );
  assert.deepEqual(values, [1, 2, 3, 4]);
});
