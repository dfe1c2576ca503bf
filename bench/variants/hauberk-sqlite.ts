import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "hauberk/session/sqlite";
import { startHauberk } from "./hauberk-app.ts";

/** Hauberk with its default store, in a file, as an application has it. */
export async function start(port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await startHauberk(port, sqliteStore({ file: join(folder, "sessions.sqlite") }));
}
