import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const list = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: ROOT }).filter((path) => !/node_modules|\.test\.ts$|test-support/.test(path));

// What people read to use the thing now; the changelog and the decisions may name what is gone.
const PAGES = list("*.md", "docs/guide/*.md", "packages/*/README.md", "skeleton/README.md").filter(
  (page) => page !== "CHANGELOG.md",
);
const MANIFESTS = list("package.json", "{skeleton,bench}/package.json", "packages/*/package.json");
const SOURCES = list(
  "packages/*/{src,bin}/**/*.{ts,js}",
  "skeleton/{src,scripts,deploy}/**/*.*",
  "skeleton/.env.example",
  "scripts/**/*.{ts,mjs}",
  "test/**/*.ts",
);
const WORDS = new Set(SOURCES.flatMap((path) => read(path).match(/[A-Za-z_$][\w$]*/g) ?? []));
const SCRIPTS = new Set(
  MANIFESTS.flatMap((path) => Object.keys((JSON.parse(read(path)) as { scripts?: object }).scripts ?? {})),
);
/** Names of the platform and of other packages, which pages explain and our sources do not use. */
const OF_OTHERS = new Set(["sendBeacon", "createCluster", "keepSessionInfo", "showMap", "getElementById"]);
/** Made by a command that the page names. */
const MADE_LATER = new Set(["skeleton/.env", "docs/reference/cluster.md"]);

/** What a page sets in code type, within a line. */
function codeOf(page: string): string[] {
  return [...read(page).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

function unknownNames(code: string): string[] {
  const names = code.match(/\b(?:[A-Z][A-Z\d]+(?:_[A-Z\d]+)+|[a-z]+[A-Z][A-Za-z]+)\b/g) ?? [];
  return names.filter((name) => !WORDS.has(name) && !OF_OTHERS.has(name));
}

function missingPaths(page: string, code: string): string[] {
  if (!/^(?:skeleton|packages|test|scripts|src|bench|docs|deploy)\/[\w./-]+$/.test(code)) return [];
  const found = ["", "skeleton", dirname(page)].some((folder) => existsSync(join(ROOT, folder, code)));
  return found || MADE_LATER.has(code) ? [] : [code];
}

function unknownScripts(text: string): string[] {
  return [...text.matchAll(/\bnpm run ([\w:-]+)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !SCRIPTS.has(name));
}

test("every option, setting, export and code that a page names is in the sources", () => {
  assert.ok(PAGES.length > 15);
  const unknown = PAGES.flatMap((page) =>
    codeOf(page).flatMap((code) => unknownNames(code).map((name) => `${page}: ${name}`)),
  );
  assert.deepEqual(unknown, []);
});

test("every file that a page names is there", () => {
  const missing = PAGES.flatMap((page) =>
    codeOf(page).flatMap((code) => missingPaths(page, code).map((path) => `${page}: ${path}`)),
  );
  assert.deepEqual(missing, []);
});

test("every npm script that a page, or the fix of an error, names is one", () => {
  const unknown = [...PAGES, ...SOURCES].flatMap((path) =>
    unknownScripts(read(path)).map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(unknown, []);
});

test("a name, a file and a script that do not exist are found", () => {
  assert.deepEqual(unknownNames("listen({ nobodyKnowsThis: 1 }) or NOBODY_KNOWS_THIS_"), ["nobodyKnowsThis"]);
  assert.deepEqual(missingPaths("README.md", "skeleton/nowhere.ts"), ["skeleton/nowhere.ts"]);
  assert.deepEqual(unknownScripts("npm run nothing"), ["nothing"]);
});
