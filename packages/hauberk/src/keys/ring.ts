import { randomBytes } from "node:crypto";
import { ConfigError } from "../errors/config-error.ts";

/** One secret of the application; the highest version is the current one. */
interface Key {
  readonly version: number;
  readonly secret: string;
}

const SECRET_BYTES = 32;
const ENTRY = /^(?:([0-9]{1,9}):)?([^\s,:]+)$/;

/**
 * Reads a key ring, such as `2:q5Zr...,1:8fLw...`, for the option `secrets`: newest first. The newest makes tokens, all of
 * them still verify theirs, so a rotation logs nobody out and breaks no form that is open.
 *
 * An entry without a version is the oldest; a list of plain secrets keeps its order.
 *
 * @throws {ConfigError} `KEY_RING_INVALID`, never with a secret in the message
 * @see docs/guide/sessions.md; `npx hauberk keys --help` makes and rotates them
 * @example hauberk(app, { secrets: keyRing(process.env.APP_SECRETS), ... });
 */
export function keyRing(text: string | undefined): readonly string[] {
  return parseRing(text, "keyRing()").map(({ secret }) => secret);
}

/** A ring of one new key, as text. */
export function newRing(): string {
  return formatRing([newKey(1)]);
}

/** The ring with a new current key, and at most `keep` keys in all. */
export function rotateRing(text: string, keep: number): string {
  const ring = parseRing(text, "keys rotate");
  return formatRing([newKey((ring[0]?.version ?? 0) + 1), ...ring].slice(0, keep));
}

function newKey(version: number): Key {
  return { version, secret: randomBytes(SECRET_BYTES).toString("base64url") };
}

function formatRing(ring: readonly Key[]): string {
  return ring.map(({ version, secret }) => (version === 0 ? secret : `${version}:${secret}`)).join(",");
}

function parseRing(text: unknown, call: string): readonly Key[] {
  const given = typeof text === "string" ? text.trim() : "";
  if (given === "") throw invalid(`${call}: there is no key ring.`);
  const keys = given.split(",").map((entry, index) => parseKey(entry, `${call}: entry ${index + 1}`));
  const versions = keys.map(({ version }) => version).filter((version) => version > 0);
  // Two keys of one version: nobody can say which of them is to go at the next rotation.
  if (new Set(versions).size < versions.length) throw invalid(`${call}: two entries have the same version.`);
  return keys.toSorted((a, b) => b.version - a.version);
}

function parseKey(entry: string, place: string): Key {
  const match = ENTRY.exec(entry.trim());
  if (match === null) throw invalid(`${place} is not of the form version:secret.`);
  const [, version = "0", secret = ""] = match;
  return { version: Number(version), secret };
}

function invalid(what: string): ConfigError {
  return new ConfigError("KEY_RING_INVALID", {
    what,
    why: "a secret that is read wrongly verifies nothing: every form that is open would be refused.",
    fix: "make one with `npx hauberk keys new`, or add a key with `npx hauberk keys rotate`.",
  });
}
