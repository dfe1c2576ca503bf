import assert from "node:assert/strict";
import { it } from "node:test";
import { check } from "../../check.ts";
import { memoryFiles } from "../../files/project-files.ts";

const FIND =
  "function find(id, deep) { const rows = pool.query(`SELECT 1 WHERE id = ${id}`); return deep ? all(id) : rows; }";
const ALL = "function all(id) { pool.query(`SELECT 2 WHERE id = ${id}`); return find(id, false); }";
const OTHER = "function other(id) { return pool.query(`SELECT 3 WHERE id = ${id}`) || third(id); }";
const THIRD = "function third(id) { return pool.query(`SELECT 4 WHERE id = ${id}`) || other(id); }";

for (const [title, functions] of [
  ["the one that is called first", [FIND, ALL]],
  ["the other one", [ALL, FIND]],
] as const) {
  it(`follows request data into functions that call each other, ${title} looked at first`, async () => {
    assert.deepEqual(await queriesOf(functions), [1, 2]);
  });
}

it("finds nothing in functions that only call each other", async () => {
  assert.deepEqual(await queriesOf([OTHER, THIRD, FIND, ALL]), [1, 2]);
});

/** The numbers of the queries that request data reaches. */
async function queriesOf(functions: readonly string[]): Promise<readonly number[]> {
  const app = `const app = require("express")();
const pool = new (require("pg").Pool)();
${functions.join("\n")}
app.get("/goods", (req, res) => { find(req.query.id, true); res.end(); });
app.listen(3000);
`;
  const files = memoryFiles(
    new Map([
      ["package.json", '{ "name": "fixture", "dependencies": { "express": "5.2.1", "pg": "8.16.3" } }'],
      ["app.js", app],
    ]),
  );
  const { findings } = await check({ files, only: ["inject/sql"] });
  const lines = app.split("\n");
  const found = new Set(
    findings.map((one) => Number(/SELECT (\d)/.exec(lines[(one.place?.line ?? 1) - 1] ?? "")?.[1])),
  );
  return [1, 2, 3, 4].filter((one) => found.has(one));
}
