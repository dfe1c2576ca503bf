import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as babel from "@babel/eslint-parser";
import { ESLint } from "eslint";
import plugin from "./index.ts";

const linter = new ESLint({
  cwd: import.meta.dirname,
  overrideConfigFile: true,
  overrideConfig: [
    { plugins: { "hauberk-check": plugin as never }, ...plugin.configs.recommended },
    { files: ["**/*.js", "**/*.ts", "**/*.mjs"] },
    { files: ["**/*.cjs"], languageOptions: { sourceType: "commonjs" } },
    {
      files: ["**/*.ts"],
      languageOptions: {
        parser: babel,
        parserOptions: {
          requireConfigFile: false,
          babelOptions: { parserOpts: { plugins: ["typescript"] } },
        },
      },
    },
  ],
});

const marked = (comment: string): readonly string[] =>
  COMMON.map((line) => (line.includes("exec(`") ? `${line} // ${comment}` : line));

/** What ESLint prints of a text: place, rule and level of each message. */
async function lint(filePath: string, lines: readonly string[]): Promise<readonly string[]> {
  const [result] = await linter.lintText(lines.join("\n"), { filePath });
  assert.ok(result);
  return result.messages.map(
    (one) =>
      `${String(one.line)}:${String(one.column)} ${one.ruleId ?? one.message} ${one.severity === 2 ? "error" : "warn"}`,
  );
}

const COMMON = [
  'const express = require("express");',
  'const session = require("express-session");',
  'const { exec } = require("node:child_process");',
  "const app = express();",
  'app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: false }));',
  'app.get("/find", (req, res) => {',
  "  exec(`grep ${req.query.q} notes.txt`, (error, out) => res.send(out));",
  "});",
];

const FOUND: readonly string[] = [
  "5:9 hauberk-check/session-cookie-samesite error",
  "5:9 hauberk-check/session-cookie-secure error",
  "5:9 hauberk-check/session-default-name warn",
  "5:9 hauberk-check/session-memory-store error",
  "5:27 hauberk-check/session-hardcoded-secret error",
  "5:27 hauberk-check/session-known-secret error",
  "7:3 hauberk-check/inject-command error",
];

const isExcused = async (comment: string): Promise<boolean> =>
  !(await lint("app.cjs", marked(comment))).some((one) => one.includes("inject-command"));

describe("the plugin in ESLint itself", () => {
  it("finds what one CommonJS file decides, and nothing else", async () => {
    assert.deepEqual(await lint("app.cjs", COMMON), FOUND);
  });

  it("finds the same in an ES module", async () => {
    const module = [
      'import express from "express";',
      'import session from "express-session";',
      'import { exec } from "node:child_process";',
      ...COMMON.slice(3),
    ];
    assert.deepEqual(await lint("app.mjs", module), FOUND);
  });

  it("finds the same in TypeScript, through the parser of the project", async () => {
    const typed = [
      'import express, { type Request, type Response } from "express";',
      'import session from "express-session";',
      'import { exec } from "node:child_process";',
      ...COMMON.slice(3).map((line) => line.replace("(req, res)", "(req: Request, res: Response)")),
    ];
    assert.deepEqual(await lint("app.ts", typed), FOUND);
  });

  it("says nothing about a file without Express, or one that is in order", async () => {
    assert.deepEqual(await lint("sum.mjs", ["export const sum = (a, b) => a + b;"]), []);
    assert.deepEqual(
      await lint("app.mjs", [
        'import session from "express-session";',
        'import { RedisStore } from "connect-redis";',
        "const secret = process.env.SECRET;",
        "const store = new RedisStore({ client });",
        "export const sessions = session({",
        '  name: "__Host-sid", secret, store, resave: false, saveUninitialized: false,',
        "  cookie: { secure: true, httpOnly: true, sameSite: 'lax', maxAge: 3_600_000, path: '/' },",
        "});",
      ]),
      [],
    );
  });

  it("obeys ESLint's own comments", async () => {
    const excused = COMMON.flatMap((line) =>
      line.includes("exec(`")
        ? ["  // eslint-disable-next-line hauberk-check/inject-command -- only the owner reaches it", line]
        : [line],
    );
    const found = await lint("app.cjs", excused);
    assert.ok(!found.some((one) => one.includes("inject-command")));
    assert.ok(found.some((one) => one.includes("known-secret")));
  });

  it("obeys the checker's comments when they give a reason and have not expired", async () => {
    assert.equal(await isExcused("hauberk-check-ignore inject/command -- only the owner reaches it"), true);
    assert.equal(await isExcused("hauberk-check-ignore inject/command"), false);
    assert.equal(await isExcused("hauberk-check-ignore inject/command -- soon (expires 2001-01-01)"), false);
    assert.equal(await isExcused("hauberk-check-ignore inject/eval -- another rule"), false);
  });
});
