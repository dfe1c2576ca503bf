import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Attachments } from "./attachments.ts";

/** Longer than any upload takes: a file without a row may be one that is still arriving. */
const ORPHAN_AGE_MS = 3_600_000;
/** SQLite's limit on parameters is far higher; this keeps one question small. */
const BATCH = 500;

/** Removes files whose row is gone. One that cannot be removed now is left to the next sweep. */
export async function removeFiles(directory: string, ids: readonly string[], logger: Logger): Promise<void> {
  for (const id of ids) {
    try {
      await rm(join(directory, id), { force: true });
    } catch (err) {
      logger.error({ event: "attachment.file-kept", id, err }, "a deleted file is still on disk");
    }
  }
}

/**
 * Removes files that belong to nothing: what a crash in the middle of an upload, or between the row and its file, left.
 *
 * @returns how many were removed
 */
export async function sweepOrphans(
  directory: string,
  attachments: Attachments,
  logger: Logger,
  nowMs: number = Date.now(),
): Promise<number> {
  const old = await oldFiles(directory, nowMs - ORPHAN_AGE_MS);
  let removed = 0;
  for (let at = 0; at < old.length; at += BATCH) {
    const orphans = await attachments.unknown(old.slice(at, at + BATCH));
    await removeFiles(directory, orphans, logger);
    removed += orphans.length;
  }
  if (removed > 0) logger.info({ event: "attachment.orphans-removed", removed }, "orphans removed");
  return removed;
}

const FIRST_SWEEP_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;

export interface SweptFolder {
  readonly directory: string;
  readonly attachments: Attachments;
  readonly logger: Logger;
}

/**
 * Sweeps a minute after the start and then every hour: not at the start itself, when the process may still be root.
 *
 * @returns what ends it
 */
export function startSweeping({ directory, attachments, logger }: SweptFolder): () => void {
  const sweep = (): void => {
    sweepOrphans(directory, attachments, logger).catch((err: unknown) => {
      logger.error({ event: "attachment.sweep-failed", err }, "orphans could not be looked for");
    });
  };
  const first = setTimeout(sweep, FIRST_SWEEP_MS).unref();
  const others = setInterval(sweep, SWEEP_EVERY_MS).unref();
  return () => {
    clearTimeout(first);
    clearInterval(others);
  };
}

async function oldFiles(directory: string, beforeMs: number): Promise<readonly string[]> {
  const old: string[] = [];
  for (const name of await readdir(directory)) {
    // Only what an upload could have written is ever removed.
    if (!/^[0-9a-f]{32}$/.test(name)) continue;
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < beforeMs) old.push(name);
  }
  return old;
}
