import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { compileViews } from "../../scripts/compile-views.mjs";
import { ROOT } from "../config/config.ts";
import { type ViewEngine, createViewEngine } from "./engine.ts";

const LOCALS = {
  doctype: "html",
  cspNonce: "n",
  csrftoken: "t",
  asset: (path: string) => path,
  integrity: (path: string) => path,
};
const ERROR = { ...LOCALS, status: 404, title: "<script>", requestId: "id", explanation: "\"'&" };

let folder = "";
let directory = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "skeleton-views-"));
  directory = join(folder, "views");
  cpSync(join(ROOT, "views"), directory, { recursive: true });
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function compiled(name: string): string {
  const output = join(folder, name, "views.cjs");
  compileViews({ directory, output });
  return output;
}

function render(engine: ViewEngine, name: string, locals: object): Promise<string> {
  return new Promise((resolve, reject) => {
    engine(join(directory, name), locals, (error, html) => {
      if (error instanceof Error) reject(error);
      else resolve(html ?? "");
    });
  });
}

test("a page compiled before the start is the page that is compiled at the start", async () => {
  const atStart = await render(createViewEngine({ directory, compiled: "/nowhere" }), "error.pug", ERROR);
  const beforeStart = await render(
    createViewEngine({ directory, compiled: compiled("same") }),
    "error.pug",
    ERROR,
  );
  assert.equal(beforeStart, atStart);
  assert.match(beforeStart, /^<!DOCTYPE html>/);
  assert.ok(!beforeStart.includes("<script>"));
});

test("a template that fails, or is not there, fails its page and nothing else", async () => {
  const engine = createViewEngine({ directory, compiled: compiled("failing") });
  await assert.rejects(render(engine, "../../etc/passwd.pug", ERROR), /no such template/);
  await assert.rejects(render(engine, "notes/list.pug", LOCALS), TypeError);
});

for (const [name, change] of [
  ["a changed template", (): void => appendFileSync(join(directory, "error.pug"), "\n//- repaired\n")],
  ["a new template", (): void => writeFileSync(join(directory, "new.pug"), "p new\n")],
  ["a removed template", (): void => rmSync(join(directory, "new.pug"))],
] as const) {
  test(`does not start with pages compiled before ${name}`, () => {
    const file = compiled(name.replaceAll(" ", "-"));
    change();
    assert.throws(() => createViewEngine({ directory, compiled: file }), /^ViewsError: \[VIEWS_STALE\]/);
  });
}

test("says what to do when templates would have to be compiled and may not be", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      "--conditions=source",
      "--disallow-code-generation-from-strings",
      "--input-type=module",
      "--eval",
      `const { createViewEngine } = await import(${JSON.stringify(join(ROOT, "src/views/engine.ts"))});
       createViewEngine({ directory: ${JSON.stringify(directory)}, compiled: "/nowhere" });`,
    ],
    { encoding: "utf8" },
  );
  assert.equal(status, 1);
  assert.match(stderr, /\[VIEWS_NOT_COMPILED\] .+\n {2}Why: .+\n {2}Fix: .+/);
});
