import { hash, timingSafeEqual } from "node:crypto";
import { randomSlice } from "../internal/random.ts";

const RAW_BYTES = 32;
/** A mask and what it hides, as base64url. */
const TOKEN = /^[A-Za-z0-9_-]{86}$/;

/**
 * The secret a token hides: bound to one cookie value and to this application's key.
 * Key and binding have fixed lengths (64 and 43 characters), so nothing can be shifted from one to the other.
 */
function rawToken(key: string, binding: string, form: string): Buffer {
  return hash("sha256", key + binding + form, "buffer");
}

/** What a token for one form is bound to, besides the cookie: where it is sent to, and how. */
export function formOf(method: string, path: string): string {
  const queryAt = path.indexOf("?");
  return `${method.toUpperCase()} ${queryAt === -1 ? path : path.slice(0, queryAt)}`;
}

/**
 * Makes a token for one answer. It is masked with fresh random bytes: a page that is compressed together with
 * reflected input (BREACH) never shows the same token twice.
 *
 * @param binding the cookie value the token is worth something with: a session id, or a visitor's
 * @param form what `formOf` says, for a token that is good for one form only; empty for one that is good for all
 */
export function issueToken(key: string, binding: string, form = ""): string {
  const token = Buffer.allocUnsafe(RAW_BYTES * 2);
  const raw = rawToken(key, binding, form);
  randomSlice(RAW_BYTES).copy(token);
  for (let index = 0; index < RAW_BYTES; index++) {
    token[RAW_BYTES + index] = (token[index] ?? 0) ^ (raw[index] ?? 0);
  }
  return token.toString("base64url");
}

/**
 * Checks a token against every key and every cookie value it may be bound to, in constant time for each.
 *
 * @param token as received: anything but a string (an array from a repeated field, an object from JSON) is wrong
 */
export function verifyToken(
  token: unknown,
  keys: readonly string[],
  bindings: readonly string[],
  form = "",
): boolean {
  if (typeof token !== "string" || !TOKEN.test(token)) return false;
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== RAW_BYTES * 2) return false;
  const raw = Buffer.allocUnsafe(RAW_BYTES);
  for (let index = 0; index < RAW_BYTES; index++)
    raw[index] = (bytes[index] ?? 0) ^ (bytes[RAW_BYTES + index] ?? 0);
  const forms = form === "" ? [""] : ["", form];
  return bindings.some((binding) =>
    keys.some((key) => forms.some((each) => timingSafeEqual(raw, rawToken(key, binding, each)))),
  );
}
