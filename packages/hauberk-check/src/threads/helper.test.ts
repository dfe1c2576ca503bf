import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { discover } from "../files/discover.ts";
import { partsOf } from "../model/project-parts.ts";
import { Project } from "../model/project.ts";
import { RULES } from "../rules/registry.ts";
import { Claims } from "./claims.ts";
import { startHelper, type HelperOptions } from "./helper.ts";
import type { HelperData } from "./job.ts";
import { readClaimed, readShared } from "./read-shared.ts";
import { SharedTexts } from "./shared-texts.ts";

const folder = mkdtempSync(join(tmpdir(), "hauberk-check-ahead-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const names = Array.from({ length: 60 }, (_, i) => `f${String(i).padStart(2, "0")}.js`);
for (const name of names) writeFileSync(join(folder, name), `// ${name}\n`);
writeFileSync(join(folder, "f50.js"), "// caf\u00e9\n");
writeFileSync(join(folder, "f51.js"), "");
writeFileSync(join(folder, "f52.js"), "x".repeat(1_001));
rmSync(join(folder, "f53.js"));

/** What the reader has read when it is through: asked for earlier, a text may be left to the one who asks. */
async function textsOf(
  root: string,
  paths: readonly string[],
): Promise<(name: string) => string | undefined> {
  const texts = SharedTexts.withRoomFor(paths.length, 10_000);
  const { memory } = texts;
  const workerData: HelperData = { root, paths, memory, maxFileBytes: 1_000, list: undefined };
  await once(new Worker(new URL("thread.ts", import.meta.url), { workerData }), "exit");
  return (name) => texts.take(paths.indexOf(name));
}

describe("reading ahead", () => {
  it("has what comes later in the list, and files with nothing in them", async () => {
    const text = await textsOf(folder, names);
    assert.deepEqual([text("f40.js"), text("f51.js"), text("f59.js")], ["// f40.js\n", "", "// f59.js\n"]);
  });

  it("leaves other letters, large files and files that are gone to the one who asks", async () => {
    const text = await textsOf(folder, names);
    for (const name of ["f50.js", "f52.js", "f53.js"]) assert.equal(text(name), undefined, name);
  });

  it("changes no text", () => {
    const plain = discover(folder);
    const ahead = discover(
      folder,
      undefined,
      (root, list) => startHelper(root, list, { minFiles: 1 })?.ahead,
    );
    for (const name of [...names, "other.js"]) assert.equal(ahead.read(name), plain.read(name), name);
  });

  it("does not start a thread for a small project", () => {
    assert.equal(startHelper(folder, names), undefined);
  });

  it("does without a thread where none is allowed", () => {
    const url = JSON.stringify(new URL("helper.ts", import.meta.url));
    const script = `import { startHelper } from ${url}; console.log(startHelper("/", ["a.js"], { minFiles: 1 }));`;
    const flags = ["--permission", "--allow-fs-read=*", "--input-type=module", "--eval", script];
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", env: {} });
    assert.equal(stdout, "undefined\n", stderr);
  });
});

/** Three packages, and the thread that helps to look at them. */
function helped(options: HelperOptions = {}) {
  const root = mkdtempSync(join(folder, "project-"));
  for (const name of ["a", "b", "c"]) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, "package.json"), JSON.stringify({ name }));
    writeFileSync(
      join(root, name, "app.js"),
      `const app = require("express")();\napp.get("/${name}", (req, res) => res.redirect(req.query.to));\napp.listen(80);\n`,
    );
  }
  const project = new Project(discover(root));
  const helper = startHelper(root, project.files.list, { minFiles: 1, ...options });
  assert.ok(helper);
  return { project, parts: partsOf(project), helper: { ...helper, helps: true } };
}

describe("a thread that looks at parts", () => {
  it("sees what this one would see", async () => {
    const { project, parts, helper } = helped();
    const theirs = await helper.readParts(project, RULES, parts, new Claims());
    assert.deepEqual(theirs, readClaimed(project, RULES, parts, new Claims()));
    const found = [...(theirs?.values() ?? [])].map((part) => part.found.map((one) => one.rule.id));
    assert.ok(found.length === 3 && found.every((ids) => ids.includes("redirect/open")));
  });

  it("leaves alone what is taken", async () => {
    const { project, parts, helper } = helped();
    const claims = new Claims();
    claims.next();
    const theirs = await helper.readParts(project, RULES, parts, claims);
    assert.deepEqual([...(theirs?.keys() ?? [])], [1, 2]);
  });

  const broken: readonly (readonly [name: string, script: string])[] = [
    ["cannot be loaded", "import './nothing.js'"],
    ["ends at once", "process.exit(0)"],
    [
      "throws when it is asked",
      'import { parentPort } from "node:worker_threads"; parentPort.once("message", () => { throw new Error("no"); })',
    ],
    ["never answers", "setInterval(() => undefined, 1_000)"],
  ];
  for (const [name, script] of broken)
    it(`says nothing when it ${name}`, async () => {
      const thread = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
      const patienceMs = name === "never answers" ? 100 : 10_000;
      const { project, parts, helper } = helped({ thread, patienceMs });
      assert.equal(await helper.readParts(project, RULES, parts, new Claims()), undefined);
    });
});

describe("parts that two threads share", () => {
  it("reads here what the other one took and did not bring back", async () => {
    const { project, parts, helper } = helped();
    const alone = await readShared(project, RULES, undefined)(parts);
    const unreliable = {
      ...helper,
      readParts: (_project: unknown, _rules: unknown, _parts: unknown, claims: Claims) => {
        claims.next();
        return Promise.resolve(undefined);
      },
    };
    assert.deepEqual(await readShared(project, RULES, unreliable)(parts), alone);
  });

  it("has the parts in their order, whoever read them", async () => {
    const { project, parts, helper } = helped();
    const alone = await readShared(project, RULES, undefined)(parts);
    assert.deepEqual(
      alone.map((part) => part.apps[0]?.place?.file),
      ["a/app.js", "b/app.js", "c/app.js"],
    );
    assert.deepEqual(await readShared(project, RULES, helper)(parts), alone);
  });
});

describe("texts that two threads share", () => {
  it("has no text before it is put there, and keeps each apart", () => {
    const texts = SharedTexts.withRoomFor(2, 100);
    assert.equal(texts.take(1), undefined);
    assert.equal(texts.put(1, Buffer.from("two")), true);
    assert.equal(texts.put(0, Buffer.from("one")), true);
    assert.deepEqual([texts.take(0), texts.take(1)], ["one", "two"]);
  });

  it("says where the taker is", () => {
    const texts = SharedTexts.withRoomFor(9, 100);
    texts.take(7);
    assert.equal(new SharedTexts(texts.memory).reached, 7);
  });

  it("refuses what it has no room for, and keeps what it has", () => {
    const texts = SharedTexts.withRoomFor(2, 4);
    assert.equal(texts.put(0, Buffer.from("four")), true);
    assert.equal(texts.put(1, Buffer.from("x")), false);
    assert.deepEqual([texts.take(0), texts.take(1)], ["four", undefined]);
  });
});
