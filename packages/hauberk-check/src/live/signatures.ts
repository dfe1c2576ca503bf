import { createHmac } from "node:crypto";
import { KNOWN_SECRETS } from "../rules/known-secrets.ts";

/** Whether a Set-Cookie header carries a signature made with a published secret (express-session, cookie-session). */
export function signedWithKnownSecret(header: string, all: readonly string[]): boolean {
  const [name, value] = pair(header);
  if (name === undefined || value === undefined) return false;
  return sessionSignature(value) || keygripSignature(name, value, all);
}

function pair(header: string): readonly [string | undefined, string | undefined] {
  const match = /^([^=]+)=([^;]*)/.exec(header);
  return [match?.[1], match?.[2]];
}

/** `s:<id>.<HMAC-SHA256 of the id>`. */
function sessionSignature(raw: string): boolean {
  const value = decode(raw);
  const dot = value.lastIndexOf(".");
  if (!value.startsWith("s:") || dot === -1) return false;
  const [id, signature] = [value.slice(2, dot), value.slice(dot + 1)];
  return KNOWN_SECRETS.some(
    (secret) => createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "") === signature,
  );
}

/** `<name>.sig` beside `<name>`, SHA-1 over `name=value`. */
function keygripSignature(name: string, value: string, all: readonly string[]): boolean {
  const beside = all.map(pair).find(([other]) => other === `${name}.sig`);
  const signature = beside?.[1];
  if (signature === undefined) return false;
  return KNOWN_SECRETS.some(
    (secret) => createHmac("sha1", secret).update(`${name}=${value}`).digest("base64url") === signature,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
