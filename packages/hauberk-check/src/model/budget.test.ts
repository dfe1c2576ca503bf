import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget } from "./budget.ts";

function stepsOf(budget: Budget): number {
  let steps = 0;
  while (budget.spend()) steps += 1;
  return steps;
}

describe("what reading may cost", () => {
  for (const [parts, want] of [
    [1, 1_500_000],
    [20, 1_500_000],
    [30, 1_000_000],
    [3_000, 10_000],
  ] as const)
    it(`is ${String(want)} steps for each of ${String(parts)} parts`, () => {
      assert.equal(stepsOf(Budget.forEachOf(parts)), want);
    });

  it("stays spent", () => {
    const budget = new Budget(0);
    assert.deepEqual([budget.spend(), budget.spend()], [false, false]);
  });
});
