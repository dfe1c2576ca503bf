import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { check } from "../check.ts";
import { discover } from "../files/discover.ts";
import { memoryFiles, type ProjectFiles } from "../files/project-files.ts";
import { sorted } from "../sorted.ts";
import { fixAll } from "./fix.ts";

const scratch = mkdtempSync(join(tmpdir(), "hauberk-check fix ü-"));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const APP = `const express = require("express");
const session = require("express-session");
const app = express();
app.set("trust proxy", 1);
app.use(session({ secret: process.env.S, cookie: { secure: false, httpOnly: false } }));
app.get("/", (req, res) => res.send("hi"));
app.listen(3000);
`;

let made = 0;
function folderOf(files: Readonly<Record<string, string>>): string {
  made += 1;
  const folder = join(scratch, `app ${String(made)}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function fixed(folder: string) {
  const files = discover(folder);
  const before = await check({ files });
  let said = "";
  const report = await fixAll(before, { files }, files, (text) => {
    said += text;
  });
  return { before, report, said, again: await check({ folder }) };
}

const ids = (findings: readonly { readonly rule: string }[]): readonly string[] =>
  sorted(findings.map((one) => one.rule));

describe("safe edits", () => {
  const FIXED = [
    "fingerprint/x-powered-by",
    "session/cookie-httponly",
    "session/cookie-samesite",
    "session/cookie-secure",
    "session/save-uninitialized",
  ];

  for (const [name, change] of [
    ["as people write them", (text: string) => text],
    ["with the line ends of Windows", (text: string) => text.replaceAll("\n", "\r\n")],
    ["with a byte order mark", (text: string) => `\uFEFF${text}`],
    ["behind characters of four bytes", (text: string) => `/* 🛡 ünï */ ${text}`],
  ] as const) {
    it(`are made in files ${name}, and what is written holds when it is read again`, async () => {
      const folder = folderOf({ "src/äpp ü.js": change(APP) });
      const { before, report, said, again } = await fixed(folder);
      assert.deepEqual(
        ids(before.findings).filter((id) => FIXED.includes(id)),
        FIXED,
      );
      assert.deepEqual(
        ids(again.findings),
        ids(before.findings).filter((id) => !FIXED.includes(id)),
      );
      assert.deepEqual(ids(report.findings), ids(again.findings));
      assert.match(said, /5 fixed, 1 files written\n$/);
      const text = readFileSync(join(folder, "src/äpp ü.js"), "utf8");
      // Only what was to be changed is changed.
      const plain = text
        .replace(/app\.disable\("x-powered-by"\);\s*/, "")
        .replace(/(?:sameSite: "lax"|saveUninitialized: false), /g, "");
      assert.equal(
        plain.replace("secure: true, httpOnly: true", "secure: false, httpOnly: false"),
        change(APP),
      );
    });
  }

  it("are not made where something new would be found, or the finding would stay", async () => {
    // The flag is set again further down: changing the literal proves nothing.
    const text = APP.replace("cookie: { secure: false, httpOnly: false }", "cookie: OPTIONS").replace(
      "const app",
      "const OPTIONS = { secure: false };\nOPTIONS.secure = false;\nconst app",
    );
    const { report } = await fixed(folderOf({ "app.js": text }));
    assert.ok(ids(report.findings).includes("session/cookie-secure"));
  });

  it("leave a project without findings as it is", async () => {
    const text =
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (q, s) => s.end());\napp.listen(3000);\n';
    const folder = folderOf({ "app.js": text });
    assert.match((await fixed(folder)).said, /^hauberk-check: 0 fixed, 0 files written\n$/);
    assert.equal(readFileSync(join(folder, "app.js"), "utf8"), text);
  });

  it("name the file that cannot be written, and its findings stay", async () => {
    const folder = folderOf({ "app.js": APP });
    const before = await check({ folder });
    // The file is a folder by the time it is to be written.
    const kept: ProjectFiles = memoryFiles(new Map([["app.js", APP]]), folder);
    rmSync(join(folder, "app.js"));
    mkdirSync(join(folder, "app.js"));
    let said = "";
    const report = await fixAll(before, { files: kept }, kept, (text) => {
      said += text;
    });
    assert.match(said, /app\.js cannot be written: EISDIR[^\n]*\nhauberk-check: 5 fixed, 0 files written\n$/);
    assert.deepEqual(report.apps, []);
  });
});
