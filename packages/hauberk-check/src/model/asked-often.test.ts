import assert from "node:assert/strict";
import { it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";

/** `pick` looks through forty names, and is asked so often while the app is set up. */
const app = (asked: number): string => `const app = require("express")();
const { exec } = require("child_process");
const names = [${Array.from({ length: 40 }, (_, i) => `"n${String(i)}"`).join(", ")}];
const registry = { extra: { run: (command) => exec("run " + command) } };
function pick(name) {
  for (const one of names) if (one === name) return undefined;
  return registry[name];
}
${"pick('n39');\n".repeat(asked)}
app.get("/go", (req, res) => {
  pick("extra").run(req.query.command);
  res.end();
});
app.listen(3000);
`;

for (const asked of [0, 1, 2_000])
  it(`finds what a function gives that the set-up asked ${String(asked)} times`, async () => {
    const files = memoryFiles(
      new Map([
        ["package.json", '{ "name": "fixture", "dependencies": { "express": "5.2.1" } }'],
        ["app.js", app(asked)],
      ]),
    );
    const { findings } = await check({ files, only: ["inject/command"] });
    assert.equal(findings.length, 1);
  });
