import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { reserveForOwner } from "../database/open.ts";
import { type RunAs, asRunUser } from "./run-user.ts";

const DATABASES = ["app.sqlite", "sessions.sqlite", "limits.sqlite"] as const;

/** Where attached files are kept, in the data folder. */
export const UPLOADS = "uploads";

/** Creates the data folder, and in it the database files and the folder of uploads, for their owner alone. */
export function createFiles(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of DATABASES) reserveForOwner(join(directory, name));
  mkdirSync(join(directory, UPLOADS), { recursive: true, mode: 0o700 });
}

/**
 * Creates the folder and the files for a server that starts as root and gives it up.
 *
 * The folder is only ever touched with that user's rights: he could have put a link to a file of root's in it. A folder
 * he cannot enter is refused: uploads are opened one by one, when the server is that user.
 */
export function createFilesForUser(directory: string, runAs: RunAs): void {
  const created = mkdirSync(directory, { recursive: true, mode: 0o700 }) !== undefined;
  const { uid, gid } = asRunUser(runAs, (identity) => identity);
  if (created) chownSync(directory, uid, gid);
  asRunUser(runAs, () => createFiles(directory));
}
