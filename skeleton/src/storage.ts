import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SessionStore } from "hauberk/session";
import { sqliteStore } from "hauberk/session/sqlite";
import type { Kysely } from "kysely";
import type { Config } from "./config/config.ts";
import { SettingsError } from "./config/problem.ts";
import { migrate } from "./database/migrations.ts";
import { openDatabase, reserveForOwner } from "./database/open.ts";
import type { Schema } from "./database/schema.ts";

export interface Storage {
  readonly db: Kysely<Schema>;
  readonly sessionStore: SessionStore;
}

/**
 * Opens both databases in the data folder, which is created readable by its owner alone.
 *
 * Started as root, the files are opened as the user the server will become: files made by root could not be written
 * any more once root is given up.
 *
 * @throws {SettingsError} when the folder or a database in it cannot be used.
 */
export async function openStorage(config: Config): Promise<Storage> {
  const { dataDirectory } = config;
  const becomeRootAgain = becomeRunUser(config);
  try {
    const [appFile, sessionFile] = [
      join(dataDirectory, "app.sqlite"),
      join(dataDirectory, "sessions.sqlite"),
    ];
    const db = openDatabase(appFile);
    await migrate(db);
    reserveForOwner(sessionFile);
    return { db, sessionStore: sqliteStore({ file: sessionFile }) };
  } catch (error) {
    throw unusable(dataDirectory, error);
  } finally {
    becomeRootAgain();
  }
}

/** Creates the folder and, when root is to be given up later, acts as that user from here on. Returns the way back. */
function becomeRunUser({ dataDirectory, runAs }: Config): () => void {
  const rootGroup = process.getegid?.() ?? 0;
  const back = (): void => {
    process.seteuid?.(0);
    process.setegid?.(rootGroup);
  };
  try {
    const fresh = mkdirSync(dataDirectory, { recursive: true, mode: 0o700 }) !== undefined;
    if (runAs === undefined || process.geteuid?.() !== 0) return () => {};
    becomeUser(runAs);
    if (!fresh) return back;
    const owner = { user: process.geteuid(), group: process.getegid?.() ?? rootGroup };
    back();
    chownSync(dataDirectory, owner.user, owner.group);
    becomeUser(runAs);
    return back;
  } catch (error) {
    if (process.getuid?.() === 0) back();
    throw unusable(dataDirectory, error);
  }
}

/** The group first: once the user is gone, the group cannot be changed any more. */
function becomeUser(runAs: { readonly user: string; readonly group: string | undefined }): void {
  if (runAs.group !== undefined) process.setegid?.(accountOf(runAs.group));
  process.seteuid?.(accountOf(runAs.user));
}

/** "33" is an account number, not an account named 33. */
function accountOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function unusable(directory: string, error: unknown): SettingsError {
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
