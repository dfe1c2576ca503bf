import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";

/**
 * Puts a program and its 250 modules into one file, which is gone with this process: a start of it takes half the
 * processor time. For test files that start a program many times; made anew for each, it cannot be older than the
 * sources. The program must not look for files beside itself.
 *
 * @returns the path of the file, which every user of the machine may read
 */
export async function bundled(program: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-bundle-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "program.mjs");
  const build = await rolldown({
    input: program,
    platform: "node",
    // A module that is only loaded may do something, too.
    treeshake: false,
    resolve: { conditionNames: ["source", "node", "default"] },
  });
  await build.write({ file, format: "esm", codeSplitting: false });
  await build.close();
  // Some are started by nobody.
  chmodSync(folder, 0o755);
  return file;
}
