// Fails when a source holds characters that a reviewer cannot see: code that reads one way and runs another.
// @see https://trojansource.codes
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "./lib/files.mjs";
import { findHiddenCharacters } from "./lib/hidden-characters.ts";
import { root } from "./lib/paths.mjs";

const TEXT =
  /(\.(ts|mts|mjs|cjs|js|json|md|pug|css|html|svg|yml|yaml|sql|txt|sh)|\/run|LICENSE|\.npmrc|\.gitignore|\.env\.example)$/;

const files = filesBelow(["."]).filter((path) => TEXT.test(path));
const found = files.flatMap((path) =>
  findHiddenCharacters(readFileSync(join(root, path), "utf8")).map((hit) => ({ path, ...hit })),
);
for (const { path, line, column, codePoint } of found) {
  console.error(
    `[HIDDEN_CHARACTER] ${path}:${line}:${column} holds ${codePoint}, which an editor does not show.`,
  );
  console.error("  Why: text with such characters can read one way and run another.");
  console.error("  Fix: delete it, or write it as an escape where a test needs it.");
}
if (found.length === 0) console.log(`No hidden characters in ${files.length} files.`);
process.exitCode = found.length === 0 && files.length > 0 ? 0 : 1;
