import type { StackValue } from "../../facts.ts";
import type { Engine } from "../closures.ts";
import { describe } from "../measure.ts";

export type Variables = ReadonlyMap<string, unknown>;
/** Reads the arguments a package's middleware was made with out of its closure, defaults applied. */
export type Reader = (variables: Variables, engine: Engine) => readonly StackValue[] | undefined;
export type Plain = Readonly<Record<string, unknown>>;

export const plain = (value: unknown): Plain =>
  typeof value === "object" && value !== null ? (value as Plain) : {};

export const object = (entries: Readonly<Record<string, StackValue>>): StackValue => ({ $object: entries });

/** Each option under its own name, so that the name tells a secret. */
export const described = (entries: Plain): Record<string, StackValue> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, describe(value, name)]));

/** The first of these variables that has a value: names differ between versions of a package. */
export function first(variables: Variables, ...names: readonly string[]): unknown {
  for (const name of names) if (variables.get(name) !== undefined) return variables.get(name);
  return undefined;
}
