import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeEnvironment } from "./paths.mjs";

/** From so many sources on the command takes a project for a large one, and sets the engine otherwise. */
const SOURCES = 1_001;

/**
 * Whether the second run on a large project takes the code that V8 compiled for the first: it refuses what was kept under other
 * flags, and then each run compiles all of it again and keeps it for nobody.
 */
export function keepsCompiledCode(command: string): boolean {
  const scratch = mkdtempSync(join(tmpdir(), "hauberk-compiled-"));
  try {
    const project = join(scratch, "project");
    const home = join(scratch, "home");
    mkdirSync(project);
    for (let i = 0; i < SOURCES; i += 1) writeFileSync(join(project, `f${String(i)}.js`), "run();\n");
    writeFileSync(join(project, "app.js"), 'require("express")().listen(3000);\n');
    const keptBy = (): string => {
      const env = { ...runtimeEnvironment(), NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: home };
      spawnSync(process.execPath, [command, project, "--fail-on", "never"], { env, encoding: "utf8" });
      const cache = join(home, "hauberk-check");
      const files = readdirSync(cache).toSorted();
      return files.map((name) => `${name} ${String(statSync(join(cache, name)).mtimeMs)}`).join("\n");
    };
    const first = keptBy();
    return first !== "" && keptBy() === first;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
