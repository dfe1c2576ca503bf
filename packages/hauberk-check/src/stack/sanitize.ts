import { distinctCharacters, isKnownSecret } from "../rules/known-secrets.ts";

const SECRET_NAME = /secret|^keys?$|passw|token|private/i;

/** Values of a running app as plain data: no functions, no instances, and in place of secrets their measurements. */
export function sanitize(value: unknown, name: string, depth: number = 0): unknown {
  if (typeof value === "string") return SECRET_NAME.test(name) ? measure(value) : value.slice(0, 500);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return value === Infinity ? { $infinity: true } : value;
  if (typeof value === "function") return { $function: value.name };
  if (value instanceof RegExp) return { $regex: value.source, flags: value.flags };
  if (typeof value !== "object") return { $unknown: typeof value };
  if (depth > 4) return { $unknown: "too deep" };
  if (Array.isArray(value)) return value.slice(0, 50).map((one: unknown) => sanitize(one, name, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return { $instance: value.constructor.name };
  const result: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value).slice(0, 60)) result[key] = sanitize(one, key, depth + 1);
  return result;
}

function measure(secret: string): object {
  return {
    $secret: {
      length: Buffer.byteLength(secret),
      distinct: distinctCharacters(secret),
      known: isKnownSecret(secret),
    },
  };
}
