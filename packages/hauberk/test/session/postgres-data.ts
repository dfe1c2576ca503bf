import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const KEPT = join(import.meta.dirname, "../../../../.cache/postgres");

/** Whose the files are, and who may make them. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Makes `<folder>/data` for a server: a copy of what `initdb` made once for this version and user, which takes a second and a half
 * of processor time each time.
 *
 * @param bin the folder of PostgreSQL's programs
 * @throws {Error} when initdb fails
 */
export function makePostgresData(bin: string, folder: string, owner: Owner): void {
  const version = execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" });
  const kept = join(KEPT, `${version} ${process.getuid?.() ?? ""}`.replaceAll(/[^\w.]+/g, "-"));
  if (existsSync(kept)) {
    copy(kept, join(folder, "data"));
    return;
  }
  const flags = ["-D", join(folder, "data"), "-U", "hauberk", "-A", "trust", "--no-sync"];
  const init = spawnSync(join(bin, "initdb"), flags, { ...owner, cwd: folder });
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr.toString()}`);
  keep(join(folder, "data"), kept);
}

/** Nobody sees half of it, and of two that come at once one is enough. */
function keep(data: string, kept: string): void {
  mkdirSync(KEPT, { recursive: true });
  const half = mkdtempSync(join(KEPT, "half-"));
  copy(data, join(half, "data"));
  try {
    renameSync(join(half, "data"), kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

/** With owners and modes, which the server looks at. */
function copy(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
}
