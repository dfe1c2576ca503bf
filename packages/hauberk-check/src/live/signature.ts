import { createHmac, timingSafeEqual } from "node:crypto";
import { KNOWN_SECRETS } from "../rules/known-secrets.ts";

/** Secrets are published in small letters in our list and used as people type them. */
const CANDIDATES: readonly string[] = [
  ...new Set(
    KNOWN_SECRETS.flatMap((one) => [
      one,
      one[0] === undefined ? one : one[0].toUpperCase() + one.slice(1),
      one.toUpperCase(),
      `${one}!`,
    ]),
  ),
];

/** Whether a cookie was signed with a published secret. Tried here, on this machine: nothing is sent for it. */
export function isSignedWithKnownSecret(
  name: string,
  value: string,
  all: ReadonlyMap<string, string>,
): boolean {
  return CANDIDATES.some(
    (secret) =>
      expressSession(value, secret) ||
      jsonWebToken(value, secret) ||
      keygrip(name, value, all.get(`${name}.sig`), secret),
  );
}

/** `s:<id>.<HMAC-SHA256, base64 without padding>` of express-session and cookie-parser. */
function expressSession(value: string, secret: string): boolean {
  const text = decoded(value);
  const dot = text.lastIndexOf(".");
  if (!text.startsWith("s:") || dot === -1) return false;
  return isEqual(
    createHmac("sha256", secret).update(text.slice(2, dot)).digest("base64").replaceAll("=", ""),
    text.slice(dot + 1),
  );
}

const HASHES: ReadonlyMap<number, string> = new Map([
  [43, "sha256"],
  [64, "sha384"],
  [86, "sha512"],
]);

function jsonWebToken(value: string, secret: string): boolean {
  const [head, body, signature, ...more] = value.split(".");
  if (
    head === undefined ||
    body === undefined ||
    signature === undefined ||
    more.length > 0 ||
    !head.startsWith("eyJ")
  )
    return false;
  // HS256, HS384 and HS512 differ in the length of what they make.
  const hash = HASHES.get(signature.length);
  return (
    hash !== undefined &&
    isEqual(createHmac(hash, secret).update(`${head}.${body}`).digest("base64url"), signature)
  );
}

/** cookie-session puts the signature into a cookie of its own. */
function keygrip(name: string, value: string, signature: string | undefined, secret: string): boolean {
  return (
    signature !== undefined &&
    isEqual(createHmac("sha1", secret).update(`${name}=${value}`).digest("base64url"), signature)
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function isEqual(a: string, b: string): boolean {
  const [one, two] = [Buffer.from(a), Buffer.from(b)];
  return one.length === two.length && timingSafeEqual(one, two);
}
