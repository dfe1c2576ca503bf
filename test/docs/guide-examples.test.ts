import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = ["proxies", "csrf", "bodies-and-uploads", "rate-limits"];

// Below node_modules, so that an example finds the packages a user would install.
mkdirSync(join(ROOT, "node_modules/.cache"), { recursive: true });
const folder = mkdtempSync(join(ROOT, "node_modules/.cache/guide-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The TypeScript of a page, each example a module of its own. */
function examples(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, `docs/guide/${page}.md`), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

const TSCONFIG = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    module: "nodenext",
    target: "es2024",
    customConditions: ["source"],
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  },
  include: ["*.mts"],
};

test("every TypeScript example of these guide pages agrees with the API", () => {
  for (const page of PAGES) {
    const blocks = examples(page);
    assert.ok(blocks.length > 0, `${page} has examples`);
    blocks.forEach((code, at) => writeFileSync(join(folder, `${page}-${at + 1}.mts`), code));
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});
