import { HttpError } from "../errors/http-error.ts";
import { refusal } from "../errors/refusal.ts";
import { isPlainObject } from "../internal/options.ts";

/** Words the session object uses itself; data under these names would hide a method such as `logout`. */
const RESERVED: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
  "id",
  "cookie",
  "userId",
  "handle",
  "list",
  "revoke",
  "revokeOthers",
  "revokeAll",
  "isNew",
  "login",
  "logout",
  "rotate",
  "save",
  "reload",
  "regenerate",
  "destroy",
  "touch",
  "hasOwnProperty",
  "toString",
  "valueOf",
  "toJSON",
  "then",
]);

export type SessionValues = Readonly<Record<string, unknown>>;

/** The text a store keeps for the application's data. Keys set to `undefined` are left out, as JSON does. */
export function encodeData(values: object, limitBytes: number): string {
  for (const key of Object.keys(values))
    if (RESERVED.has(key)) throw refusal("SESSION_DATA_INVALID", { because: `the key "${key}" is reserved` });
  const text = stringify(values);
  const bytes = text.length * 3 <= limitBytes ? 0 : Buffer.byteLength(text);
  if (!(bytes <= limitBytes))
    throw refusal("SESSION_TOO_LARGE", { because: `${bytes} bytes, limit ${limitBytes}` });
  // JSON leaves them out or empties them: with nothing else changed the request would be answered as if it had been saved.
  // After the text is made: what has one has no cycles.
  for (const [key, value] of Object.entries(values)) refuseLossWithin(key, value);
  return text;
}

/** The same, and refuses what a `toJSON` gives that is lost. Asked for once something is written: it is slower. */
export function encodeForStore(values: object, limitBytes: number): string {
  const text = encodeData(values, limitBytes);
  stringify(values, (key, value: unknown) => {
    refuseLoss(key, value);
    return value;
  });
  return text;
}

function refuseLossWithin(key: string, value: unknown): void {
  refuseLoss(key, value);
  if (typeof value !== "object" || value === null || hasToJson(value)) return;
  for (const [inner, each] of Object.entries(value)) refuseLossWithin(inner, each);
}

function hasToJson(value: object): boolean {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === "function";
}

function refuseLoss(key: string, value: unknown): void {
  if (typeof value === "string") return;
  const lost = lostKindOf(value);
  if (lost !== undefined) throw refusal("SESSION_DATA_INVALID", { because: `"${key}" is a ${lost}` });
}

/** Objects of which JSON makes `{}`, whatever is in them. A promise is one whose `await` was forgotten. */
const EMPTIED = [Map, Set, WeakMap, WeakSet, WeakRef, Promise, RegExp, Error, ArrayBuffer, DataView];

/** What a value is, when JSON leaves it out or makes something empty of it. */
function lostKindOf(value: unknown): string | undefined {
  if (typeof value === "function" || typeof value === "symbol") return typeof value;
  if (typeof value !== "object" || value === null || Array.isArray(value) || isPlainObject(value))
    return undefined;
  return hasToJson(value) ? undefined : EMPTIED.find((kind) => value instanceof kind)?.name;
}

function stringify(values: object, replacer?: (key: string, value: unknown) => unknown): string {
  try {
    return JSON.stringify(values, replacer);
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    // A BigInt or a cycle: better an error now than data that is silently not there on the next request.
    throw refusal("SESSION_DATA_INVALID", { because: "a value cannot be written as JSON", cause });
  }
}

/** The data of a record, or undefined when the text is not what `encodeData` writes: corrupt, or somebody else's. */
export function decodeData(text: string): SessionValues | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isPlainObject(parsed)) return undefined;
  return Object.keys(parsed).some((key) => RESERVED.has(key)) ? undefined : parsed;
}

/** True when both have the same keys with the same texts, numbers and the like; an object may have been changed within. */
export function isSameFlat(before: SessionValues, now: object): boolean {
  const keys = Object.keys(now);
  if (keys.length !== Object.keys(before).length) return false;
  return keys.every((key) => {
    const value: unknown = Reflect.get(now, key);
    // Own keys alone: "b" with undefined in place of "a", or with what every object has under its name, is a change.
    return (
      Object.hasOwn(before, key) && (value === null || typeof value !== "object") && value === before[key]
    );
  });
}

/**
 * Merges three states of the same session, key by key: what this request read, what it made of it, and what another
 * request saved meanwhile. Keys changed here win; all others are theirs.
 */
export function mergeData(
  base: SessionValues,
  mine: SessionValues,
  theirs: SessionValues,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...theirs };
  for (const key of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (sameJson(base[key], mine[key])) continue;
    if (mine[key] === undefined) delete merged[key];
    else merged[key] = mine[key];
  }
  return merged;
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
