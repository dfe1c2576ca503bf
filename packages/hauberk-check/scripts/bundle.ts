import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * Puts the 300 built modules of the command into a few files below `dist/bundle`: finding, reading and linking each
 * by itself is a fifth of the time of a run. The parser stays a package of its own, so that an audit sees its version.
 * Needs the package to be built by `tsc -b`.
 */
const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

rmSync(`${DIST}bundle`, { recursive: true, force: true });
await bundle("cli", `${DIST}cli/run.js`, `${DIST}bundle`);
// Loads the app in a process of its own, and leaves its own folder out of the places it names: nothing may be shared.
await bundle("main", `${DIST}stack/child/main.js`, `${DIST}bundle/child`);

async function bundle(name: string, input: string, dir: string): Promise<void> {
  const build = await rolldown({ input: { [name]: input }, platform: "node", external: ["@babel/parser"] });
  await build.write({ dir, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name].js" });
  await build.close();
}
