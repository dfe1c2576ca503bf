import { byMode, join } from "./alternatives.ts";
import type { Condition } from "./app.ts";
import { UNDEFINED, type Value } from "./values.ts";

/** The value after an assignment that happens only under `conditions`. */
export function merge(before: Value | undefined, after: Value, conditions: readonly Condition[]): Value {
  let result = after;
  const old = before ?? UNDEFINED;
  for (const condition of conditions.toReversed()) {
    if (condition.mode === "prod") result = byMode(result, old);
    else if (condition.mode === "dev") result = byMode(old, result);
    else result = join(old, result);
  }
  return result;
}
