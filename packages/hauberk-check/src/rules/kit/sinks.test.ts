import assert from "node:assert/strict";
import { it } from "node:test";
import { check } from "../../check.ts";
import { memoryFiles } from "../../files/project-files.ts";

const ROWS: readonly [written: string, named: string][] = [
  ["req.query.name", "req.query"],
  ["req.url", "req.url"],
  ["req.originalUrl", "req.originalUrl"],
  ["request.params.name", "req.params"],
  // It looks there as well, and that is where anything may be written.
  ["req.param('name')", "req.query"],
  ["req.body['name']", "req.body"],
];

for (const [written, named] of ROWS) {
  it(`names ${named} where ${written} is used as a file name`, async () => {
    const name = written.startsWith("request") ? "request" : "req";
    const app = `const fs = require("fs");
const app = require("express")();
app.get("/file", (${name}, res) => { fs.createReadStream("files/" + ${written}).pipe(res); });
app.listen(3000);
`;
    const report = await check({ files: memoryFiles(new Map([["app.js", app]])), only: ["inject/path"] });
    assert.deepEqual(
      report.findings.map((one) => one.message),
      [`${named} is part of the path.`],
    );
  });
}
