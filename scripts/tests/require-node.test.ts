import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { evaluate } from "./support.ts";

const entryFiles = ["start", "test", "with-runtime"];
const file = (path: string): URL => new URL(`../${path}`, import.meta.url);

for (const version of ["12.22.12", "18.20.8", "19.9.0", "0.10.48", "unknown"]) {
  test(`explains that Node ${version} is too old, without a stack`, () => {
    const { status, stdout, stderr } = withVersion(version);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^\[NODE_TOO_OLD\] .*\n {2}Why: .*\n {2}Fix: .*\n$/);
    assert.ok(stderr.includes(`this is Node ${version}.`));
  });
}

for (const version of ["20.0.0", "24.21.0", "100.0.0"]) {
  test(`lets Node ${version} go on`, () => {
    assert.deepEqual(pick(withVersion(version)), { status: 0, stdout: "went on\n", stderr: "" });
  });
}

for (const name of entryFiles) {
  test(`${name}.mjs loads nothing but the check before the check`, () => {
    const source = readFileSync(file(`${name}.mjs`), "utf8");
    const staticImports = source.match(/^import .*$/gm);
    assert.deepEqual(staticImports, ['import { requireNode } from "./lib/require-node.mjs";']);
  });
}

test("the check uses no syntax that Node 12 does not read", () => {
  const source = readFileSync(file("lib/require-node.mjs"), "utf8");
  assert.doesNotMatch(source, /^import|\?\?|\?\.|\bawait\b|\d_\d/m);
});

function withVersion(version: string): ReturnType<typeof evaluate> {
  const versions = JSON.stringify({ node: version });
  return evaluate(`
    Object.defineProperty(process, "versions", { value: ${versions} });
    const { requireNode } = await import(${JSON.stringify(file("lib/require-node.mjs").href)});
    requireNode();
    console.log("went on");
  `);
}

function pick({ status, stdout, stderr }: ReturnType<typeof evaluate>): object {
  return { status, stdout, stderr };
}
