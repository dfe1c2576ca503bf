import { hash } from "node:crypto";
import { randomText } from "../internal/random.ts";

/** 32 random bytes as base64url. */
const ID = /^[A-Za-z0-9_-]{43}$/;

/** A new session id: 256 bits from the CSPRNG. Nothing else is accepted as one, so no signature is needed. */
export function newSessionId(): string {
  return randomText(32);
}

export function isSessionId(value: string): boolean {
  return value.length === 43 && ID.test(value);
}

/** What a store files the session under. Whoever reads the store cannot make a cookie of it. */
export function keyOf(id: string): string {
  return hash("sha256", id, "hex");
}
