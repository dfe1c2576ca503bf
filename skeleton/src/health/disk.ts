import { statfs } from "node:fs/promises";

/**
 * Fails when a disk is nearly full: what people write would be lost soon, and SQLite needs room even to delete.
 * A folder that does not exist in memory (`:memory:`) needs no room.
 */
export async function checkFreeSpace(directory: string, minFreeBytes: number): Promise<void> {
  if (directory === ":memory:") return;
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  // Written so that NaN fails.
  if (!(freeBytes >= minFreeBytes))
    throw new Error(`${Math.round(freeBytes / 1e6)} MB free, MIN_FREE_DISK_MB is ${minFreeBytes / 1e6}`);
}
