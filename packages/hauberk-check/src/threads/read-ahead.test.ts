import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { discover } from "../files/discover.ts";
import { startReadAhead, type ReaderData } from "./read-ahead.ts";
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
  const workerData: ReaderData = { root, paths, memory, maxFileBytes: 1_000 };
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
    const ahead = discover(folder, undefined, (root, list) => startReadAhead(root, list, { minFiles: 1 }));
    for (const name of [...names, "other.js"]) assert.equal(ahead.read(name), plain.read(name), name);
  });

  it("does not start a thread for a small project", () => {
    assert.equal(startReadAhead(folder, names), undefined);
  });

  it("does without a thread where none is allowed", () => {
    const url = JSON.stringify(new URL("read-ahead.ts", import.meta.url));
    const script = `import { startReadAhead } from ${url}; console.log(startReadAhead("/", ["a.js"], { minFiles: 1 }));`;
    const flags = ["--permission", "--allow-fs-read=*", "--input-type=module", "--eval", script];
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", env: {} });
    assert.equal(stdout, "undefined\n", stderr);
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
