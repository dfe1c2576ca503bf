import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * Puts the 300 built modules of the command into a few files below `dist/bundle`: finding, reading and linking each
 * by itself is a fifth of the time of a run. As CommonJS: `import` of one of Node's own modules loads all that it
 * exports, which for `node:util` are worker threads. Needs the package to be built by `tsc -b`.
 */
const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const BUNDLE = join(DIST, "bundle");

rmSync(BUNDLE, { recursive: true, force: true });
await bundle({ start: `${DIST}cli/start.js` }, "cjs");
await bundle({ thread: `${DIST}threads/thread.js` }, "cjs");
// Together: what both threads run is loaded, and kept compiled, once.
await bundle({ cli: `${DIST}cli/run.js`, parts: `${DIST}threads/parts.js` }, "cjs", asScript);
// Its licence asks to come along with every copy.
cpSync(new URL("../LICENSE", import.meta.resolve("@babel/parser")), join(BUNDLE, "LICENSE-babel-parser.txt"));
// Loads the app in a process of its own, and leaves its own folder out of the places it names: nothing may be shared.
await bundle({ "child/main": `${DIST}stack/child/main.js` }, "esm");

async function bundle(
  input: Readonly<Record<string, string>>,
  format: "cjs" | "esm",
  finish: (code: string) => string = (code) => code,
): Promise<void> {
  const extension = format === "cjs" ? "cjs" : "js";
  const build = await rolldown({ input, platform: "node" });
  const { output } = await build.generate({
    format,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `[name].${extension}`,
  });
  await build.close();
  for (const chunk of output) {
    if (chunk.type !== "chunk") continue;
    const path = join(BUNDLE, chunk.fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, finish(chunk.code));
  }
}

/**
 * As `src/cli/script-cache.ts` takes it: the function that Node would put around a module, in one byte a character
 * (`\u00e9` for the letter). Doing either when it is loaded would copy a megabyte.
 */
function asScript(code: string): string {
  const escaped = code.replace(
    /[^\x00-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `(function (exports, require, module, __filename, __dirname) {${escaped}\n})`;
}
