import { randomFillSync } from "node:crypto";

const POOL_BYTES = 8192;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** Where the next bytes of the pool begin. Each byte is given out once; one call to the generator fills hundreds. */
function take(length: number): number {
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += length;
  return start;
}

/** Copies bytes of the operating system's CSPRNG to the beginning of a buffer. */
export function fillRandom(target: Buffer, length: number): void {
  const start = take(length);
  pool.copy(target, 0, start, start + length);
}

/** A random string of base64url, for ids, nonces and tokens. 16 bytes give 22 characters, 32 give 43. */
export function randomText(bytes: number): string {
  const start = take(bytes);
  return pool.toString("base64url", start, start + bytes);
}

const NONCE_BYTES = 18;
const NONCE_CHARACTERS = 24;
const NONCES_AT_ONCE = 300;
let nonces = "";
let nextNonce = 0;

/**
 * 144 random bits for one answer. Pieces of one long text, as making each by itself takes longer than all else that a
 * policy needs. Not for what is kept: a piece keeps the whole text in memory.
 */
export function randomNonce(): string {
  if (nextNonce >= nonces.length) {
    nonces = randomText(NONCES_AT_ONCE * NONCE_BYTES);
    nextNonce = 0;
  }
  nextNonce += NONCE_CHARACTERS;
  return nonces.slice(nextNonce - NONCE_CHARACTERS, nextNonce);
}
