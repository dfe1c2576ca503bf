import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles } from "../files/project-files.ts";
import { Program } from "../model/program.ts";
import { Project } from "../model/project.ts";
import { defineRule, type Rule } from "../rules/rule.ts";
import { RULE_FAILED } from "./context.ts";
import { readSource } from "./source-lens.ts";

const FILES = new Map([
  ["package.json", '{ "name": "x", "dependencies": { "express": "5.1.0" } }'],
  [
    "app.js",
    'const express = require("express");\nconst app = express();\napp.use(express.json());\napp.listen(80);\n',
  ],
]);

const endless = (): never => endless();
const broken: readonly (readonly [name: string, hooks: Partial<Rule>])[] = [
  ["about an app", { app: endless }],
  ["about a call", { call: { names: ["express.json"], run: endless } }],
  ["about a node", { visit: { CallExpression: endless } }],
  ["about a file", { file: endless }],
];

const meta = {
  title: "A rule of this test",
  severity: "low",
  confidence: "high",
  cwe: [],
  asvs: [],
  lenses: ["source"],
  express: [5],
  why: "",
  fix: "",
} as const;

for (const [name, hooks] of broken)
  test(`a rule ${name} that fails is not checked, and the others are`, () => {
    const sound = defineRule({
      ...meta,
      id: "test/sound",
      app: ({ report }) => report({ at: undefined, message: "seen" }),
    });
    const program = new Program(new Project(memoryFiles(FILES)));
    const { found, unchecked } = readSource(program, [
      defineRule({ ...meta, id: "test/broken", ...hooks }),
      sound,
    ]);
    assert.deepEqual(
      found.map((one) => one.rule.id),
      ["test/sound"],
    );
    assert.deepEqual(
      unchecked.map((one) => [one.rule.id, one.reason.startsWith(RULE_FAILED)]),
      [["test/broken", true]],
    );
  });
