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
  for (const key of Object.keys(values)) {
    const value: unknown = Reflect.get(values, key);
    if (RESERVED.has(key)) throw refusal("SESSION_DATA_INVALID", { because: `the key "${key}" is reserved` });
    // JSON leaves them out or empties them: with nothing else changed the request would be answered as if it had been saved.
    if (isLossy(value)) throw refusal("SESSION_DATA_INVALID", { because: `"${key}" is a ${kindOf(value)}` });
  }
  const text = stringify(values);
  const bytes = text.length * 3 <= limitBytes ? 0 : Buffer.byteLength(text);
  if (!(bytes <= limitBytes))
    throw refusal("SESSION_TOO_LARGE", { because: `${bytes} bytes, limit ${limitBytes}` });
  return text;
}

/**
 * The same, and refuses what JSON would leave out or empty without a word. Asked for once something is written: it is
 * slower.
 */
export function encodeForStore(values: object, limitBytes: number): string {
  const text = encodeData(values, limitBytes);
  stringify(values, refuseLossy);
  return text;
}

function refuseLossy(key: string, value: unknown): unknown {
  if (isLossy(value)) throw new TypeError(`"${key}" is a ${kindOf(value)}`);
  return value;
}

function isLossy(value: unknown): boolean {
  if (typeof value === "object") return value instanceof Map || value instanceof Set;
  return typeof value === "function" || typeof value === "symbol";
}

function kindOf(value: unknown): string {
  return value instanceof Map ? "Map" : value instanceof Set ? "Set" : typeof value;
}

function stringify(values: object, replacer?: (key: string, value: unknown) => unknown): string {
  try {
    return JSON.stringify(values, replacer);
  } catch (cause) {
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
