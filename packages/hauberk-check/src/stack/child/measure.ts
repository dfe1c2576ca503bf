import { distinctCharacters, isKnownSecret } from "../../rules/known-secrets.ts";
import type { StackValue } from "../facts.ts";

const SECRET_NAME = /secret|key|password|passphrase|token|salt|credential|pepper|private/i;

/** Replaces a secret by its length, the number of different characters, and whether it is a published one. */
export function measure(secret: unknown): StackValue {
  if (secret === undefined) return { $undefined: true };
  if (Array.isArray(secret)) return secret.map(measure);
  if (Buffer.isBuffer(secret)) return measured(secret.toString("latin1"), secret.length);
  if (typeof secret === "string") return measured(secret, Buffer.byteLength(secret));
  return { $unknown: "a secret that is not text" };
}

function measured(text: string, length: number): StackValue {
  return { $secret: { length, distinct: distinctCharacters(text), known: isKnownSecret(text) } };
}

/** A value as it may leave this process. Text under a name that sounds secret is measured, whoever put it there. */
export function describe(value: unknown, name: string = "", depth: number = 0): StackValue {
  switch (typeof value) {
    case "string":
      return SECRET_NAME.test(name) || value.length > 4_000 || /^\w+:\/\/[^/\s:]*:[^/\s]*@/.test(value)
        ? measure(value)
        : value;
    case "number":
      return Number.isFinite(value)
        ? value
        : value === Infinity
          ? { $infinity: true }
          : { $unknown: "not a number" };
    case "boolean":
      return value;
    case "undefined":
      return { $undefined: true };
    case "function":
      return { $function: (value as { name?: string }).name ?? "" };
    case "object":
      return value === null ? null : describeObject(value, name, depth);
    default:
      return { $unknown: typeof value };
  }
}

function describeObject(value: object, name: string, depth: number): StackValue {
  if (value instanceof RegExp) return { $regex: value.source, flags: value.flags };
  if (Buffer.isBuffer(value)) return SECRET_NAME.test(name) ? measure(value) : { $unknown: "a buffer" };
  if (value instanceof Date) return { $unknown: "a date" };
  if (depth > 4) return { $unknown: "nested too deep" };
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => describe(one, name, depth + 1));
  const kind = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor
    ?.name;
  if (kind !== undefined && kind !== "Object" && kind !== "") return { $class: kind, package: undefined };
  const entries = Object.entries(value).slice(0, 100);
  return { $object: Object.fromEntries(entries.map(([key, one]) => [key, describe(one, key, depth + 1)])) };
}
