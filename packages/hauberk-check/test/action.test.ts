import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly { readonly run: string; readonly shell: string }[] };
}

const action = parse(readFileSync(new URL("../action.yml", import.meta.url), "utf8")) as Action;
const workspace = mkdtempSync(join(tmpdir(), "hauberk-check action-"));
const FAULTY =
  'const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);\n';
const CLEAN = FAULTY.replace("\n", '\napp.use(require("helmet")());\n');

/** The step as GitHub runs it, with this checkout in the place of the published package. */
function run(inputs: Readonly<Record<string, string>>) {
  const bin = join(workspace, "bin");
  mkdirSync(bin, { recursive: true });
  const command = fileURLToPath(new URL("kit/run.ts", import.meta.url));
  writeFileSync(join(bin, "npx"), `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${command}" "$@"\n`);
  chmodSync(join(bin, "npx"), 0o755);
  const given = Object.entries(action.inputs).map(([name, { default: value }]): [string, string] => [
    name.toUpperCase().replaceAll("-", "_"),
    inputs[name] ?? value,
  ]);
  const [step] = action.runs.steps;
  return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step?.run ?? ""], {
    cwd: workspace,
    env: {
      ...process.env,
      ...Object.fromEntries(given),
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    },
    encoding: "utf8",
  });
}

describe("the GitHub Action", { skip: process.platform === "win32" }, () => {
  for (const [folder, text] of [
    ["my api/faulty", FAULTY],
    ["clean", CLEAN],
    ["none", "1;"],
  ] as const) {
    mkdirSync(join(workspace, folder), { recursive: true });
    writeFileSync(join(workspace, folder, "app.js"), text);
  }
  after(() => {
    rmSync(workspace, { recursive: true, force: true });
  });

  it("annotates the files of a folder by their names in the repository, writes SARIF and fails", () => {
    const { status, stdout } = run({ folder: "my api/faulty" });
    assert.equal(status, 1);
    assert.match(stdout, /^::error file=my api\/faulty\/app\.js,line=1,/m);
    const log = readFileSync(join(workspace, action.inputs["sarif"]?.default ?? ""), "utf8");
    assert.match(log, /"uri": "my%20api\/faulty\/app\.js"/);
  });

  it("passes what is clean", () => {
    assert.equal(run({ folder: "clean" }).status, 0);
  });

  it("does not pass a folder without an app", () => {
    assert.equal(run({ folder: "none" }).status, 3);
  });
});
