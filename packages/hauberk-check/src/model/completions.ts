import { join } from "./alternatives.ts";
import type { Value } from "./values.ts";

/** How a list of statements ends: by running out, by `throw` or `break`, or by `return`. */
export type Completion =
  | { readonly type: "normal" }
  | { readonly type: "stop" }
  | { readonly type: "return"; readonly value: Value };
export const NORMAL: Completion = { type: "normal" };
export const STOP: Completion = { type: "stop" };

const POSSIBLE = new WeakSet<Completion>();

/** A return that some runs reach and others pass by. */
export function possible(value: Value): Completion {
  const completion: Completion = { type: "return", value };
  POSSIBLE.add(completion);
  return completion;
}

export const isPossible = (completion: Completion): boolean => POSSIBLE.has(completion);

/** What follows an `if` whose test is not known. */
export function either(first: Completion, second: Completion): Completion {
  if (first.type === "return" && second.type === "return") {
    const value = join(first.value, second.value);
    return isPossible(first) || isPossible(second) ? possible(value) : { type: "return", value };
  }
  if (first.type === "return") return second.type === "stop" ? first : possible(first.value);
  if (second.type === "return") return first.type === "stop" ? second : possible(second.value);
  return first.type === "stop" && second.type === "stop" ? STOP : NORMAL;
}
