import assert from "node:assert/strict";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { ScriptCache } from "./script-cache.ts";

const scratch = mkdtempSync(join(tmpdir(), "hauberk-check-scripts-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A bundle of two scripts, and an empty folder for its cache. */
function bundle() {
  const root = mkdtempSync(join(scratch, "bundle-"));
  const write = (name: string, code: string): void => {
    writeFileSync(
      join(root, name),
      `(function (exports, require, module, __filename, __dirname) {${code}\n})`,
    );
  };
  write("word.cjs", `exports.word = () => "kept";`);
  write(
    "main.cjs",
    `const { basename } = require("node:path");\nconst { word } = require("./word.cjs");\n` +
      `exports.say = () => word() + " in " + basename(__filename);`,
  );
  return { folder: root, cache: join(root, "cache") };
}

function say(folder: string, cache: string, version = "1.0.0"): string {
  const scripts = new ScriptCache({ folder, version }, cache);
  const { say: run } = scripts.load("main.cjs") as { readonly say: () => string };
  const said = run();
  scripts.keep();
  return said;
}

describe("the cache of compiled scripts", () => {
  it("keeps every script of a run, and finds them again", () => {
    const { folder, cache } = bundle();
    assert.equal(say(folder, cache), "kept in main.cjs");
    const files = readdirSync(cache);
    assert.deepEqual(new Set(files.map((file) => file.split("-")[0])), new Set(["main.cjs", "word.cjs"]));
    const before = files.map((file) => readFileSync(join(cache, file)));
    assert.equal(say(folder, cache), "kept in main.cjs");
    assert.deepEqual(
      files.map((file) => readFileSync(join(cache, file))),
      before,
    );
    assert.equal(readdirSync(cache).length, 2, "nothing was compiled again");
  });

  it("adds once a day what later runs have compiled", () => {
    const { folder, cache } = bundle();
    say(folder, cache);
    const [file = ""] = readdirSync(cache).map((name) => join(cache, name));
    const ages = [23, 25].map((hours) => {
      const before = new Date(Date.now() - hours * 3_600_000);
      utimesSync(file, before, before);
      say(folder, cache);
      return statSync(file).mtimeMs > before.getTime();
    });
    assert.deepEqual(ages, [false, true]);
  });

  it("loads a script once, however often it is asked for", () => {
    const { folder, cache } = bundle();
    const scripts = new ScriptCache({ folder, version: "1.0.0" }, cache);
    assert.equal(scripts.load("main.cjs"), scripts.load("main.cjs"));
  });

  it("does not run the code of another release whose script is as long", () => {
    const { folder, cache } = bundle();
    say(folder, cache);
    const path = join(folder, "word.cjs");
    writeFileSync(path, readFileSync(path, "utf8").replace("kept", "next"));
    // What npm unpacks is as old as what it unpacked before.
    utimesSync(path, new Date(1_000), new Date(1_000));
    assert.equal(say(folder, cache, "1.0.1"), "next in main.cjs");
  });

  for (const [name, spoil] of [
    ["cut off", (data: Buffer) => data.subarray(0, data.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["of another program", () => Buffer.from("not what V8 wrote")],
  ] as const)
    it(`compiles again when the cache is ${name}`, () => {
      const { folder, cache } = bundle();
      say(folder, cache);
      const files = readdirSync(cache).map((file) => join(cache, file));
      for (const file of files) writeFileSync(file, spoil(readFileSync(file)));
      // Elsewhere, because this process still knows what it compiled.
      const copy = mkdtempSync(join(scratch, "copy-"));
      cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
      assert.equal(say(copy, cache), "kept in main.cjs");
      for (const file of files) assert.ok(readFileSync(file).length > 100, "a good one took its place");
    });

  it("runs without a cache where none can be written", () => {
    const { folder, cache } = bundle();
    writeFileSync(cache, "a file where the folder would be");
    assert.equal(say(folder, cache), "kept in main.cjs");
    assert.equal(readFileSync(cache, "utf8"), "a file where the folder would be");
    // Not for ever: below /proc a folder can neither be made nor be there.
    assert.equal(say(folder, "/proc/nobody/hauberk-check"), "kept in main.cjs");
  });
});
