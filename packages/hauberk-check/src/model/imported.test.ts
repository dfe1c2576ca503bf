import assert from "node:assert/strict";
import test from "node:test";
import { importedByHandlers, type Source } from "./imported.ts";
import type { Module } from "./module.ts";

const HANDLER = "export const show = (req, res) => res.json(find(req.query.id));";
const QUERY = 'export const find = (id) => db.query("SELECT * FROM t WHERE id = " + id);';
const PLAIN = "export const find = (id) => other(id);";
const GIVEN =
  "export class People { constructor(store) { this.store = store; } find(id) { return this.store.find(id); } }";
const PAGE = `import { useState } from "react"; ${QUERY}`;

type Files = Readonly<Record<string, readonly [text: string | undefined, ...imports: string[]]>>;

function imported(files: Files): ReadonlySet<string> {
  const source = (path: string): Source => {
    const [text, ...imports] = files[path] ?? [undefined];
    return { text, imports };
  };
  const modules = Object.entries(files)
    .filter(([path]) => /handler|root|start/.test(path))
    .map(([path, [text]]) => ({ path, text })) as unknown as readonly Module[];
  return importedByHandlers(modules, source);
}

/** A file that imports the handler, with a query beside it. */
const restOf = (text: string): Files => ({ handler: [HANDLER], root: [text, "handler", "a"], a: [QUERY] });

const ROWS: readonly (readonly [name: string, files: Files, found: readonly string[]])[] = [
  ["nothing", { handler: [HANDLER] }, []],
  ["a file with a query", { handler: [HANDLER, "a"], a: [QUERY] }, ["a"]],
  ["a file without", { handler: [HANDLER, "a"], a: [PLAIN] }, []],
  ["the files between", { handler: [HANDLER, "a"], a: [PLAIN, "b"], b: [QUERY] }, ["a", "b"]],
  ["one that only a test has", { handler: [HANDLER, "a"], a: [undefined, "b"], b: [QUERY] }, []],
  ["a page of the front end", { handler: [HANDLER, "a"], a: [PAGE] }, []],
  ["what no handler imports", { handler: [HANDLER], a: [QUERY] }, []],
  [
    "what the file has that puts it together",
    {
      handler: [HANDLER],
      root: ["routes(new Users(pool));", "handler", "a"],
      start: ["const app = makeApp({ root });", "root", "b"],
      a: [QUERY],
      b: [QUERY],
    },
    ["a", "b", "root"],
  ],
  ...[
    PLAIN,
    "new Map([[1, 2]])",
    'throw new RangeError("no")',
    "createServer(app).listen(3000)",
    "new Users()",
    "makeApp()",
    'create("x")',
  ].map((text) => [`nothing of a file that only imports it: ${text}`, restOf(text), []] as const),
  ["a class that is given what it calls", { handler: [HANDLER, "a", "b"], a: [GIVEN], b: [PLAIN] }, ["a"]],
  ["what a file has beside it", { handler: [HANDLER, "b"], root: [PLAIN, "a"], a: [QUERY], b: [PLAIN] }, []],
  ["a file that imports itself", { handler: [HANDLER, "a"], a: [PLAIN, "a"] }, []],
  [
    "a circle with a way out",
    { handler: [HANDLER, "a"], a: [PLAIN, "b", "c"], b: [PLAIN, "a"], c: [QUERY] },
    ["a", "b", "c"],
  ],
];

for (const [name, files, found] of ROWS)
  test(`imported by handlers: ${name}`, () => {
    assert.deepEqual(imported(files), new Set(found));
  });

test("a chain of 50,000 files is no end of the stack", () => {
  const last = 50_000;
  const links = Array.from({ length: last }, (_, i): readonly [string, Files[string]] => [
    `f${String(i)}`,
    [PLAIN, `f${String(i + 1)}`],
  ]);
  const files: Files = Object.fromEntries<Files[string]>([
    ["handler", [HANDLER, "f0"]],
    ...links,
    [`f${String(last)}`, [QUERY]],
  ]);
  assert.equal(imported(files).size, last + 1);
});
