import { availableParallelism, totalmem } from "node:os";

/** What the memory for pages is reckoned from. */
export interface Machine {
  readonly totalBytes: number;
  /** What the process's control group allows: 0, NaN or more than there is where it says nothing. */
  readonly allowedBytes: number;
  /** As many workers as a machine has use for; each has pages of its own. */
  readonly processors: number;
}

const LEAST_KIB = 32_768;
/** Pages of two million sessions. Dropped all at once, when another process has written, they take some milliseconds. */
const MOST_KIB = 524_288;

/**
 * How many pages of the file a connection keeps, at most, in KiB: a quarter of the memory there is, divided among as many
 * workers as the machine has processors. Pages take memory as they are read: a small file takes what it is long.
 */
export function cacheKibOf({ totalBytes, allowedBytes, processors }: Machine): number {
  const memoryBytes = allowedBytes > 0 && allowedBytes < totalBytes ? allowedBytes : totalBytes;
  const shareKib = Math.floor(memoryBytes / 4 / 1024 / Math.max(1, processors));
  return Math.min(MOST_KIB, Math.max(LEAST_KIB, shareKib || 0));
}

export function thisMachine(): Machine {
  return {
    totalBytes: totalmem(),
    allowedBytes: process.constrainedMemory(),
    processors: availableParallelism(),
  };
}
