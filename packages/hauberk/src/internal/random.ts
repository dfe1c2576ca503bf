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
