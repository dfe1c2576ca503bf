import assert from "node:assert/strict";
import { it } from "node:test";
import { check } from "../../check.ts";
import { memoryFiles } from "../../files/project-files.ts";

const ROWS: readonly [title: string, exported: string, used: string][] = [
  ["as all of the module", "module.exports = find;", 'const look = require("./goods"); look(req.query.id)'],
  ["under another name", "exports.search = find;", 'require("./goods").search(req.query.id)'],
  ["in a table", "module.exports = { search: find };", 'require("./goods").search(req.query.id)'],
  [
    "in a table with a name of its own",
    "const actions = { search: find }; module.exports = actions;",
    'const goods = require("./goods"); goods.search(req.query.id)',
  ],
  ["under its own name", "exports.find = find;", 'const { find } = require("./goods"); find(req.query.id)'],
];

for (const [title, exported, used] of ROWS) {
  it(`follows request data into a function that is exported ${title}`, async () => {
    assert.deepEqual(await linesOf(`function find(id) { ${QUERY} }\n${exported}`, used), ["goods.js:1"]);
    assert.deepEqual(await linesOf(`const find = (id) => { ${QUERY} };\n${exported}`, used), ["goods.js:1"]);
  });
}

it("does not take another function of the same table for it", async () => {
  const table = `function find(id) { ${QUERY} }\nfunction count(id) {}\nmodule.exports = { search: count, find };`;
  assert.deepEqual(await linesOf(table, 'require("./goods").search(req.query.id)'), []);
});

const QUERY = "return pool.query(`SELECT * FROM goods WHERE id = ${id}`);";

async function linesOf(goods: string, used: string): Promise<readonly string[]> {
  const app = `const app = require("express")();
app.get("/goods", (req, res) => { ${used}; res.end(); });
app.listen(3000);
`;
  const files = memoryFiles(
    new Map([
      ["app.js", app],
      ["goods.js", goods],
    ]),
  );
  const { findings } = await check({ files, only: ["inject/sql"] });
  return findings.map(({ place }) => `${place?.file ?? ""}:${String(place?.line)}`);
}
