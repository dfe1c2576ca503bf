import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSource } from "../src/parse/parse.ts";

/**
 * How long the parser alone takes for all sources of a folder, the second time in one process, when its own code is compiled:
 * the measure of the day for the machine. Prints milliseconds; speed.ts starts it.
 */
const [folder = "."] = process.argv.slice(2);
const files = globSync("**/*.{js,ts}", { cwd: folder, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const texts = files.map((path) => ({ path, text: readFileSync(path, "utf8") }));

function parseAll(): number {
  const begin = performance.now();
  for (const { path, text } of texts) parseSource(path, text);
  return performance.now() - begin;
}

parseAll();
console.log(Math.round(parseAll()));
