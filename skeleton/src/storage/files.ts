import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { SettingsError } from "../config/problem.ts";
import { reserveForOwner } from "../database/open.ts";
import { type RunAs, asRunUser, willDropRoot } from "./run-user.ts";

/** Where attached files are kept, in the data folder. */
const UPLOADS = "uploads";

/** Creates the data folder, and in it the database files and the folder of uploads, for their owner alone. */
function createFiles(directory: string, databases: readonly string[]): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of databases) reserveForOwner(join(directory, name));
  mkdirSync(join(directory, UPLOADS), { recursive: true, mode: 0o700 });
}

/**
 * Creates the data folder with what it holds, and opens it with the rights of the user the server becomes.
 *
 * Started as root, the folder is only ever touched with that user's rights: he could have put a link to a file of root's
 * in it. A folder he cannot enter is refused: uploads are opened one by one, when the server is that user.
 *
 * @throws {SettingsError} `DATA_UNUSABLE` when the folder or something in it cannot be used.
 */
export function openFolder<T>(
  { dataDirectory, runAs }: Config,
  databases: readonly string[],
  open: (uploadsDirectory: string) => T,
): T {
  const work = (): T => {
    createFiles(dataDirectory, databases);
    return open(join(dataDirectory, UPLOADS));
  };
  try {
    if (!willDropRoot(runAs)) return work();
    giveFolder(dataDirectory, runAs);
    return asRunUser(runAs, work);
  } catch (error) {
    throw unusable(dataDirectory, error);
  }
}

function giveFolder(directory: string, runAs: RunAs): void {
  const created = mkdirSync(directory, { recursive: true, mode: 0o700 }) !== undefined;
  const { uid, gid } = asRunUser(runAs, (identity) => identity);
  if (created) chownSync(directory, uid, gid);
}

/** What the operator is told about a data folder that cannot be used. */
export function unusable(directory: string, error: unknown): SettingsError {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown reason";
  return new SettingsError([
    {
      code: "DATA_UNUSABLE",
      what: `DATA_DIR ${JSON.stringify(directory)} cannot be used: ${reason}.`,
      why: "accounts, notes and sessions are kept there; without it every request would fail.",
      fix: "give the user who runs the application write permission, or restore a damaged database from a backup.",
    },
  ]);
}
