import { chownSync, existsSync, lchownSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { reserveForOwner } from "../database/open.ts";
import { type Identity, type RunAs, asRunUser } from "./run-user.ts";

const DATABASES = ["app.sqlite", "sessions.sqlite", "limits.sqlite"] as const;
/** SQLite keeps these beside a database while it is open. */
const COMPANIONS = ["", "-wal", "-shm"] as const;

/** Creates the data folder, and in it the database files, readable by their owner alone. */
export function createFiles(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of DATABASES) reserveForOwner(join(directory, name));
}

/** Whether the files must be opened as the user the server becomes, or as root and then handed over. */
export type OpenAs = "run-user" | "root";

/**
 * Creates the folder and the files for a server that starts as root and gives it up.
 *
 * A folder of that user is only ever touched with that user's rights: he could have put a link to a file of root's in
 * it. A folder he cannot enter is root's own, and the opened files are handed over.
 */
export function createFilesForUser(directory: string, runAs: RunAs): OpenAs {
  const created = mkdirSync(directory, { recursive: true, mode: 0o700 }) !== undefined;
  const { uid, gid } = asRunUser(runAs, (identity) => identity);
  if (created) chownSync(directory, uid, gid);
  try {
    asRunUser(runAs, () => createFiles(directory));
    return "run-user";
  } catch (error) {
    if (created) chownSync(directory, 0, 0);
    if (!isRootsAlone(directory)) throw error;
    createFiles(directory);
    return "root";
  }
}

/** Gives the opened files to the user; in a folder of root's nobody else can have replaced them. */
export function handOver(directory: string, { uid, gid }: Identity): void {
  for (const name of DATABASES) {
    for (const companion of COMPANIONS) {
      const file = join(directory, `${name}${companion}`);
      if (existsSync(file)) lchownSync(file, uid, gid);
    }
  }
}

function isRootsAlone(directory: string): boolean {
  const { uid, mode } = lstatSync(directory);
  const WRITABLE_BY_OTHERS = 0o022;
  return uid === 0 && (mode & WRITABLE_BY_OTHERS) === 0;
}
