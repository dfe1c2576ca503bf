import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";

const app = (secret: string, more: string = ""): string => `const express = require("express");
const session = require("express-session");
const cookieParser = require("cookie-parser");
const app = express();
const kept = ${secret};
${more}
app.use(session({ secret: kept, resave: false, saveUninitialized: false }));
app.get("/", (req, res) => res.send("hi"));
app.listen(3000);
`;

interface Row {
  readonly what: string;
  readonly source: string;
  readonly only?: readonly string[];
  /** The findings, and behind each what is told beside it. */
  readonly told: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: "a known literal is known, and everything else beside it",
    source: app('"keyboard cat"', "app.use(cookieParser(kept));"),
    told: ["session/known-secret < secret/hardcoded < session/hardcoded-secret"],
  },
  {
    what: "a short literal is a literal",
    source: app('"r4nd"'),
    told: ["session/hardcoded-secret < session/weak-secret"],
  },
  {
    what: "what covers the others is the root, in whatever order they have spoken",
    source: app('"keyboard cat"').replace("app.get(", "app.use(cookieParser(kept));\napp.get("),
    told: ["session/known-secret < session/hardcoded-secret < secret/hardcoded"],
  },
  {
    what: "a default that is known is known",
    source: app('process.env.KEPT || "keyboard cat"'),
    told: ["session/known-secret < session/secret-fallback"],
  },
  {
    what: "a rule left out covers nothing",
    source: app('"keyboard cat"'),
    only: ["session/hardcoded-secret", "session/weak-secret"],
    told: ["session/hardcoded-secret"],
  },
  {
    what: "two literals are two faults, whatever the names of the rules",
    source: app('"r4nd"', 'app.use(cookieParser("8ik,Lo9"));'),
    told: [
      "secret/hardcoded",
      "session/cookie-secret-mismatch",
      "session/hardcoded-secret < session/weak-secret",
    ],
  },
  {
    what: "the same words in another place are another fault",
    source: app('"keyboard cat"', 'app.use(cookieParser("keyboard cat"));'),
    told: ["session/known-secret < secret/hardcoded", "session/known-secret < session/hardcoded-secret"],
  },
];

describe("what several rules say of one place", () => {
  for (const { what, source, only, told } of ROWS)
    it(`is one finding: ${what}`, async () => {
      const files = memoryFiles(
        new Map([
          ["app.js", source],
          ["package.json", '{ "dependencies": { "express": "^5.1.0" } }'],
        ]),
      );
      const report = await check({ files, only: only ?? ["session", "secret"] });
      const found = report.findings
        .filter((one) => /secret/.test(one.rule))
        .map((one) =>
          [
            one.rule,
            ...one.related.flatMap(({ message }) => /^[a-z]+\/[a-z-]+(?=: )/.exec(message)?.[0] ?? []),
          ].join(" < "),
        );
      assert.deepEqual(found.toSorted(), told);
    });
});
