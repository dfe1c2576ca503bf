import assert from "node:assert/strict";
import { describe, it } from "node:test";
import express from "express";
import helmet from "helmet";
import { memoryFiles } from "../files/project-files.ts";
import { assertSecure, assertSecureApp } from "./index.ts";

describe("the test assertion", () => {
  it("passes a careful project", async () => {
    const text =
      'import express from "express";\nimport helmet from "helmet";\nconst app = express();\napp.use(helmet());\napp.get("/", (req, res) => res.send("hi"));\n';
    await assertSecure({ files: memoryFiles(new Map([["app.js", text]])) });
  });

  it("fails with the report as its message", async () => {
    const files = memoryFiles(
      new Map([
        ["app.js", 'const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\n'],
      ]),
    );
    await assert.rejects(assertSecure({ files }), /headers\/none[\s\S]+Fix/);
  });

  it("fails when there is no app to judge", async () => {
    await assert.rejects(
      assertSecure({ files: memoryFiles(new Map([["app.js", "1;"]])) }),
      /No Express app found/,
    );
  });

  it("judges an app that is at hand", async () => {
    const bare = express();
    bare.get("/", (_req, res) => {
      res.send("hi");
    });
    const files = memoryFiles(new Map());
    await assert.rejects(assertSecureApp(bare, { files }), /headers\/none/);
    const careful = express();
    careful.use(helmet());
    await assertSecureApp(careful, { files });
  });

  it("refuses what is not an app", async () => {
    await assert.rejects(assertSecureApp({}), /not an Express application/);
  });
});
