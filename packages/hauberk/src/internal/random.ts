import { randomFillSync } from "node:crypto";

const POOL_BYTES = 8192;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/**
 * Bytes of the operating system's CSPRNG, cut from a pool: one call to the generator serves hundreds of nonces.
 * Each byte is given out once; the returned view must be used before the next tick.
 */
export function randomSlice(length: number): Buffer {
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const slice = pool.subarray(used, used + length);
  used += length;
  return slice;
}

/** A random string of base64url, for ids, nonces and tokens. 16 bytes give 22 characters, 32 give 43. */
export function randomText(bytes: number): string {
  return randomSlice(bytes).toString("base64url");
}
