import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installScriptsBelow, productionTree } from "../lib/dependency-tree.ts";
import { filesBelow } from "../lib/files.mjs";
import { findHiddenCharacters } from "../lib/hidden-characters.ts";
import { entryPoints, withoutSourceCondition } from "../lib/stage-package.ts";
import { temporaryFolder } from "./support.ts";

const lockfile = {
  packages: {
    "": {},
    skeleton: { dependencies: { app: "1", hauberk: "1" } },
    "packages/hauberk": { dependencies: { quiet: "1" }, peerDependencies: { peer: "1", absent: "1" } },
    "node_modules/hauberk": { link: true, resolved: "packages/hauberk" },
    "node_modules/app": { dependencies: { native: "1" } },
    "node_modules/native": {},
    "node_modules/app/node_modules/native": { hasInstallScript: true },
    "node_modules/quiet": { optionalDependencies: { optional: "1" } },
    "node_modules/optional": {},
    "node_modules/peer": { dependencies: { quiet: "1" } },
    "node_modules/tool": { hasInstallScript: true },
  },
};

test("follows dependencies, optional ones, peers and links, each by Node's lookup", () => {
  assert.deepEqual([...productionTree(lockfile, "packages/hauberk")].toSorted(), [
    "node_modules/optional",
    "node_modules/peer",
    "node_modules/quiet",
    "packages/hauberk",
  ]);
  assert.ok(productionTree(lockfile, "skeleton").has("packages/hauberk"));
});

test("finds the install script of a nested version, and ignores tools of this repository", () => {
  assert.deepEqual(installScriptsBelow(lockfile, "skeleton"), [
    { workspace: "skeleton", path: "node_modules/app/node_modules/native" },
  ]);
  assert.deepEqual(installScriptsBelow(lockfile, "packages/hauberk"), []);
});

test("does not call a workspace clean that the lockfile does not know", () => {
  assert.throws(() => installScriptsBelow(lockfile, "packages/new"), /npm install/);
});

const hidden: readonly (readonly [name: string, character: string])[] = [
  ["zero-width space", "\u200B"],
  ["zero-width joiner", "\u200D"],
  ["right-to-left override", "\u202E"],
  ["isolate", "\u2066"],
  ["byte order mark", "\uFEFF"],
  ["soft hyphen", "\u00AD"],
  ["no-break space", "\u00A0"],
  ["line separator", "\u2028"],
  ["hangul filler, a letter drawn as nothing", "\u3164"],
  ["variation selector", "\uFE0F"],
  ["supplementary variation selector", "\u{E0100}"],
  ["tag character", "\u{E0041}"],
  ["private use", "\uE000"],
  ["escape", "\u001B"],
  ["NUL", "\0"],
  ["carriage return", "\r"],
];
for (const [name, character] of hidden) {
  test(`finds a hidden character: ${name}`, () => {
    const codePoint = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    assert.deepEqual(findHiddenCharacters(`const a = 1;\n\tif (a${character}) {}`), [
      { line: 2, column: 7, codePoint },
    ]);
  });
}

test("lets characters pass that show", () => {
  assert.deepEqual(findHiddenCharacters("tab\t, caf\u00E9, \u2192, \u4E2D, \u{1F512}\n"), []);
});

test("leaves out installed, built and deliberately odd files", (t) => {
  const folder = temporaryFolder(t);
  for (const path of ["a/b.ts", "a/node_modules/x.ts", "a/dist/x.ts", "a/fixtures/x.ts", "c.ts"]) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  assert.deepEqual(filesBelow(["."], folder), ["a/b.ts", "c.ts"]);
  assert.deepEqual(filesBelow(["a", "missing"], folder), ["a/b.ts"]);
});

test("publishes no path into the TypeScript sources", () => {
  const exports = {
    "./csrf": { source: "./src/csrf.ts", types: "./dist/csrf.d.ts", default: "./dist/csrf.js" },
  };
  assert.deepEqual(withoutSourceCondition(exports), {
    "./csrf": { types: "./dist/csrf.d.ts", default: "./dist/csrf.js" },
  });
});

test("loads every entry point that holds code", () => {
  const exports = { ".": {}, "./csrf": {}, "./package.json": "./package.json", "./pages/*": "./pages/*" };
  assert.deepEqual(entryPoints({ name: "hauberk", version: "1.0.0", exports }), ["hauberk", "hauberk/csrf"]);
});
