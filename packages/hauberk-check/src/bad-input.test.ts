import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { check } from "./check.ts";
import { MissingFolder } from "./files/discover.ts";
import { memoryFiles } from "./files/project-files.ts";

const APP =
  'const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);\n';
const scratch = mkdtempSync(join(tmpdir(), "hauberk-check-"));

/** What is wrong with one file beside a good app, and how the report names it. */
const cases: readonly (readonly [name: string, path: string, text: string, reason: RegExp])[] = [
  [
    "a file of another language under our ending",
    "page.js",
    '<?php echo "express"; app.use(1) ?>\n',
    /^cannot be parsed/,
  ],
];

describe("input that cannot be read", () => {
  after(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  for (const [name, path, text, reason] of cases) {
    it(`is named with its reason: ${name}`, async () => {
      const report = await check({ folder: project(name, { "app.js": APP, [path]: text }) });
      assert.equal(report.apps.length, 1);
      assert.deepEqual(
        report.notAnalysed.map((one) => one.path),
        [path],
      );
      assert.match(report.notAnalysed[0]?.reason ?? "", reason);
    });
  }

  it("is a link that leads back to its own folder, which is named and not followed", async () => {
    const folder = project("loop", { "app.js": APP, "src/x.js": "" });
    symlinkSync("..", join(folder, "src/up"));
    const report = await check({ folder });
    assert.deepEqual(report.notAnalysed, [{ path: "src/up", reason: "symbolic link, not followed" }]);
  });

  it("is a folder that is not there, and no report pretends otherwise", async () => {
    await assert.rejects(check({ folder: join(scratch, "nowhere") }), MissingFolder);
  });

  it("is a source that nobody may read, which is named", async () => {
    const whole = memoryFiles(new Map([["app.js", APP]]));
    const report = await check({ files: { ...whole, list: [...whole.list, "secret.js"] } });
    assert.deepEqual(
      report.notAnalysed.map((one) => `${one.path}: ${one.reason}`),
      ["secret.js: cannot be read (no permission, or larger than 20 MB)"],
    );
  });

  it(
    "is a pipe in the place of a file, which nobody waits for",
    { skip: process.platform === "win32" },
    async () => {
      const folder = project("pipes", { "app.js": `${APP}require("./late");\n` });
      for (const name of ["package.json", "package-lock.json", ".gitignore", ".env", "late.js", "views.pug"])
        spawnSync("mkfifo", [join(folder, name)]);
      symlinkSync("/dev/zero", join(folder, "yarn.lock"));
      assert.equal((await check({ folder })).apps.length, 1);
    },
  );

  it("is a file with the line ends of old Macs, of Windows, or with a byte order mark, which is read as it is", async () => {
    const wanted = (await check({ files: memoryFiles(new Map([["app.js", APP]])) })).findings;
    for (const change of [
      (text: string) => text.replaceAll("\n", "\r\n"),
      (text: string) => text.replaceAll("\n", "\r"),
      (text: string) => `\uFEFF${text}`,
      (text: string) => `#!/usr/bin/env node\n${text}`,
    ]) {
      const report = await check({ files: memoryFiles(new Map([["app.js", change(APP)]])) });
      assert.deepEqual(
        report.findings.map((one) => one.rule),
        wanted.map((one) => one.rule),
      );
    }
  });

  it("is no text in UTF-8: what is in UTF-16 or binary is named, whether or not it looks like set-up code", async () => {
    const folder = project("encodings", { "app.js": APP });
    writeFileSync(join(folder, "little.js"), Buffer.from(`\uFEFF${APP}`, "utf16le"));
    writeFileSync(join(folder, "big.js"), Buffer.from(`\uFEFF${APP}`, "utf16le").swap16());
    writeFileSync(join(folder, "markless.ts"), Buffer.from("export const port = 1;", "utf16le"));
    writeFileSync(join(folder, "film.ts"), Buffer.from([0x47, 0x40, 0, 0, 0x10, 0xff, 0, 0xfe]));
    const report = await check({ folder });
    assert.equal(report.apps.length, 1);
    assert.deepEqual(
      report.notAnalysed.map(({ path, reason }) => [path, reason.split(",")[0]]),
      [
        ["big.js", "text in UTF-16"],
        ["film.ts", "binary"],
        ["little.js", "text in UTF-16"],
        ["markless.ts", "text in UTF-16"],
      ],
    );
  });

  it("may be a manifest, a lock file and a configuration of nonsense, and the app is still read", async () => {
    const folder = project("nonsense", {
      "app.js": APP,
      "package.json": "{ not json",
      "package-lock.json": "7",
      "tsconfig.json": "null",
      "tsconfig.build.json": '{ "compilerOptions": { "paths": "everywhere" } }',
      Dockerfile: "\u0000\u0000",
    });
    const report = await check({ folder });
    assert.equal(report.apps.length, 1);
    assert.deepEqual(report.notAnalysed, [
      { path: "package-lock.json", reason: "no JSON object" },
      { path: "Dockerfile", reason: "binary" },
      { path: "package.json", reason: "no JSON object" },
      { path: "tsconfig.json", reason: "no JSON object" },
    ]);
  });

  it("is a setting, a template or a lock file that tells nothing, which is named", async () => {
    const whole = memoryFiles(
      new Map([
        ["app.js", APP],
        [".env", `\uFFFD\uFFFD${"SECRET=x".split("").join("\0")}`],
        ["api/package.json", "[]"],
        ["package-lock.json", "<<<<<<< HEAD\n{}"],
        ["tsconfig.json", '{ "compilerOptions": {}, // as its tools allow\n }'],
        ["views/a.ejs", "\0\0"],
        ["test/package.json", "broken on purpose"],
        ["server.key", "\0 a key in its binary form"],
      ]),
    );
    const report = await check({ files: { ...whole, list: [...whole.list, "Dockerfile", "views/b.pug"] } });
    const missing = "cannot be read (no permission, or larger than 20 MB)";
    assert.deepEqual(
      report.notAnalysed.map(({ path, reason }) => [path, reason]),
      [
        ["package-lock.json", "no JSON object"],
        [".env", "text in UTF-16"],
        ["api/package.json", "no JSON object"],
        ["views/a.ejs", "binary"],
        ["Dockerfile", missing],
        ["views/b.pug", missing],
      ],
    );
  });

  it("may be data nested ten thousand times, and the app is still read", async () => {
    const folder = project("nested", {
      "app.js": `${APP}app.set(require("./list"), require("./config"));`,
      "list.json": "[".repeat(10_000) + "]".repeat(10_000),
      "config.json": '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000),
    });
    assert.equal((await check({ folder })).apps.length, 1);
  });

  it("may be manifests whose mains lead to each other, and the app is still read", async () => {
    const folder = project("mains", {
      "app.js": `${APP}require("./a");\nrequire("./c");\nrequire("d");\n`,
      "a/package.json": '{ "main": "../b" }',
      "b/package.json": '{ "main": "../a" }',
      "c/package.json": '{ "main": "." }',
      "d/package.json": '{ "name": "d", "main": "./" }',
    });
    assert.equal((await check({ folder })).apps.length, 1);
  });

  it("may be a .gitignore that no engine can run, and the app is still read", async () => {
    const long = "a".repeat(200);
    const folder = project("ignoring", { "app.js": APP, [`${long}.js`]: "" });
    for (const text of ["\0".repeat(19_000_000), `${"*a".repeat(40)}b`, "x*\n".repeat(200_000)]) {
      writeFileSync(join(folder, ".gitignore"), text);
      assert.equal((await check({ folder })).apps.length, 1);
    }
  });

  it("may be expressions and globs that take years for a path made for them", async () => {
    const long = "a".repeat(120);
    const folder = project("expressions", {
      "app.js": `${APP}app.use(/^\\/(a|aa)+$/, (q, s, n) => n());
app.get("/${"a".repeat(40)}!", (q, s) => s.end());
require("glob").sync("${"*a".repeat(6)}b").forEach((one) => app.use(require(one)));\n`,
      [`${long}.js`]: "",
    });
    assert.equal((await check({ folder })).apps.length, 1);
  });

  it("may be set-up code that never ends, and the rest is still read", async () => {
    const folder = project("endless", {
      "app.js": `${APP}for (;;) { while (true) { app.use(f); } }\nfunction f() { return f(); }\nf();\n`,
    });
    const report = await check({ folder });
    assert.equal(report.apps[0]?.routes.length, 1);
  });
});

function project(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, name.replaceAll(" ", "-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe("a template made to be slow", () => {
  const size = 400_000;
  for (const [name, text] of [
    ["opening braces", `<p>${"{".repeat(size)}`],
    ["code that is never closed", `<p>${"<%-".repeat(size / 3)}`],
    ["forms that are never closed", "<form ".repeat(size / 6)],
    ["one long word", `<p>{{{a}}}${"a".repeat(size)}`],
    ["loops without an end", `<p>{{{a}}}${"for a, ".repeat(size / 7)}`],
    ["a chain of names", `<p>{{{a}}}${"a.".repeat(size / 2)}`],
  ] as const) {
    it(`is read in time when it is ${name}`, async () => {
      const app =
        'const app = require("express")();\napp.get("/", (req, res) => res.render("v"));\napp.listen(1);\n';
      const files = new Map([["app.js", app]]);
      for (const kind of ["hbs", "ejs", "pug", "njk"]) files.set(`views/v.${kind}`, text);
      const before = process.cpuUsage();
      await check({ files: memoryFiles(files) });
      const { user } = process.cpuUsage(before);
      assert.ok(user < 5_000_000, `${String(Math.round(user / 1_000))} ms of CPU`);
    });
  }
});
