import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { discover } from "../files/discover.ts";
import type { Glance } from "../files/glance.ts";
import { startHelper } from "./helper.ts";
import type { HelperData } from "./job.ts";
import { readAll } from "./reader.ts";
import { SharedTexts } from "./shared-texts.ts";

const folder = mkdtempSync(join(tmpdir(), "hauberk-check-ahead-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const names = Array.from({ length: 60 }, (_, i) => `f${String(i).padStart(2, "0")}.js`);
for (const name of names) writeFileSync(join(folder, name), `// ${name}\n`);
writeFileSync(join(folder, "f50.js"), "// caf\u00e9\n");
writeFileSync(join(folder, "f51.js"), "");
writeFileSync(join(folder, "f52.js"), "x".repeat(1_001));
writeFileSync(join(folder, "f54.js"), "a\0b\0c\0d\0");
const SET_UP = '// hauberk-check-ignore x\nconst express = require("express");\nimport b from "./a.js";\n';
writeFileSync(join(folder, "f40.js"), SET_UP);
rmSync(join(folder, "f53.js"));

/** What the reader has read when it is through: asked for earlier, a text may be left to the one who asks. */
async function readThrough(root: string, paths: readonly string[]): Promise<SharedTexts> {
  const texts = SharedTexts.withRoomFor(paths.length, 10_000);
  const { memory } = texts;
  const workerData: HelperData = { root, paths, memory, maxFileBytes: 1_000, list: undefined };
  await once(new Worker(new URL("thread.ts", import.meta.url), { workerData }), "exit");
  return texts;
}

const PLAIN: Glance = { isWorthReading: false, namesExpress: false, hasMark: false, specifiers: [] };

describe("reading ahead", () => {
  it("says of each file what it says at a glance, and has the texts worth reading", async () => {
    const texts = await readThrough(folder, names);
    const at = names.indexOf("f40.js");
    const specifiers = ["express", "./a.js"];
    const glance: Glance = { isWorthReading: true, namesExpress: true, hasMark: true, specifiers };
    assert.deepEqual(texts.glance(at), glance);
    assert.equal(texts.take(at), SET_UP);
    assert.deepEqual(texts.glance(names.indexOf("f51.js")), PLAIN);
    assert.deepEqual(texts.glance(59), PLAIN);
    assert.equal(texts.take(59), undefined);
  });

  for (const name of ["f50.js", "f52.js", "f53.js", "f54.js"])
    it(`leaves ${name} to the one who asks: other letters, too large, gone, UTF-16`, async () => {
      const texts = await readThrough(folder, names);
      assert.equal(texts.glance(names.indexOf(name)), undefined);
      assert.equal(texts.take(names.indexOf(name)), undefined);
    });

  it("reads nothing behind what was asked for", async () => {
    const texts = SharedTexts.withRoomFor(names.length, 10_000);
    texts.glance(30);
    readAll(folder, names, texts, 1_000);
    assert.deepEqual([texts.glance(29), texts.glance(30)], [PLAIN, undefined]);
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
