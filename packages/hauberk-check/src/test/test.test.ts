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

  it("fails when a lens that was asked for could not look, whatever the source says", async () => {
    const text =
      'import express from "express";\nimport helmet from "helmet";\nconst app = express();\napp.use(helmet());\napp.get("/", (req, res) => res.send("hi"));\n';
    const files = memoryFiles(new Map([["app.js", text]]));
    await assert.rejects(assertSecure({ files, app: "missing.js" }), /missing\.js: not analysed/);
    await assert.rejects(
      assertSecure({ files, live: { url: "http://example.com" } }),
      /http:\/\/example\.com: not analysed/,
    );
  });

  it("fails on rules that do not exist, which would find nothing", async () => {
    const files = memoryFiles(new Map());
    await assert.rejects(assertSecure({ files, only: ["sesion"] }), /no such rule or group: sesion/);
    await assert.rejects(assertSecureApp(express(), { files, skip: ["x/y"] }), /no such rule or group: x\/y/);
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
