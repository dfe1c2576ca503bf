// @ts-check
// Writes build/views.cjs: every template as a function, so that the running application makes no code out of text.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pug from "pug";
import { fingerprintOf, templateNames } from "../src/views/source.ts";

const SKELETON = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param {{ directory: string, output: string }} files
 * @returns {number} how many templates there were
 */
export function compileViews({ directory, output }) {
  const names = templateNames(directory);
  const functions = names.map((name) => {
    const options = { compileDebug: false, doctype: "html", name: "template" };
    return `${JSON.stringify(name)}: (() => { ${pug.compileFileClient(join(directory, name), options)} return template; })()`;
  });
  mkdirSync(dirname(output), { recursive: true });
  const fingerprint = JSON.stringify(fingerprintOf(directory));
  writeFileSync(
    output,
    `exports.fingerprint = ${fingerprint};\nexports.templates = {\n${functions.join(",\n")}\n};\n`,
  );
  return names.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const output = join(SKELETON, "build/views.cjs");
  const count = compileViews({ directory: join(SKELETON, "views"), output });
  process.stdout.write(`Compiled ${count} templates into ${output}.\n`);
}
