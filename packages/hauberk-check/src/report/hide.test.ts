import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import { github } from "./github.ts";
import { hider } from "./hide.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { pretty } from "./pretty.ts";
import { sarif } from "./sarif.ts";

describe("hiding secrets", () => {
  for (const [rule, file, text, want] of [
    [
      "session/known-secret",
      "a.js",
      'app.use(session({ secret: "keyboard cat" }));',
      'app.use(session({ secret: "***" }));',
    ],
    [
      "session/secret-fallback",
      "a.js",
      "const key = process.env.KEY || 'it\\'s mine';",
      "const key = process.env.KEY || '***';",
    ],
    ["secret/dotenv-committed", ".env", "SESSION_SECRET=abc", "SESSION_SECRET=***"],
    ["secret/dotenv-committed", ".env", "PORT=3000", "PORT=***"],
    ["secret/private-key-in-repo", "a.js", "const x = `-----BEGIN PRIVATE KEY-----`;", "const x = `***`;"],
    // Lines beside the one that a rule about something else points at.
    ["headers/none", "a.js", 'app.use(cookieParser("a b c"));', 'app.use(cookieParser("***"));'],
    ["headers/none", "a.js", 'const t = jwt.sign(user, "a b c");', 'const t = jwt.sign(user, "***");'],
    ["headers/none", "a.js", 'x("sk4Jd8fKe93mDkf72LsQpW0z")', 'x("***")'],
    ["process/run-as-root", "Dockerfile", "ENV SESSION_SECRET=abc", "ENV SESSION_SECRET=***"],
    ["process/run-as-root", "Dockerfile", "ENV DB_PASSWORD abc def", "ENV DB_PASSWORD ***"],
    ["process/run-as-root", "compose.yaml", "      - API_TOKEN=abc", "      - API_TOKEN=***"],
    ["process/run-as-root", "compose.yaml", "      API_KEY: abc", "      API_KEY: ***"],
    ["process/run-as-root", "a.service", "Environment=SESSION_SECRET=abc", "Environment=SESSION_SECRET=***"],
    [
      "jwt/algorithm-none",
      "a.js",
      'jwt.verify(t, "a b c", { algorithms: ["none", "HS256"] });',
      'jwt.verify(t, "***", { algorithms: ["none", "HS256"] });',
    ],
    ["headers/none", "a.js", 'jwt.sign(user, "none of it")', 'jwt.sign(user, "***")'],
    ["headers/none", "a.js", 'createHmac("sha256", "sha256x")', 'createHmac("sha256", "***")'],
    ["headers/none", "a.js", 'createCipheriv("des", "a b c", iv)', 'createCipheriv("des", "***", iv)'],
    ["headers/none", "a.js", 'createCipheriv("des-ede3-cbc", key)', 'createCipheriv("des-ede3-cbc", key)'],
    ["headers/none", "a.js", 'createCipheriv("aes", "describe")', 'createCipheriv("***", "***")'],
    // What is none.
    ["csrf/missing", "a.js", 'app.post("/transfer")', 'app.post("/transfer")'],
    [
      "csrf/missing",
      "a.js",
      'app.post("/api/v1/customers/:customer/transfers")',
      'app.post("/api/v1/customers/:customer/transfers")',
    ],
    ["process/run-as-root", "Dockerfile", "RUN npm ci --omit=dev", "RUN npm ci --omit=dev"],
  ] as const) {
    it(`turns ${JSON.stringify(text)} into ${JSON.stringify(want)}`, () => {
      assert.equal(hider(rule, file, [])(text), want);
    });
  }

  it("knows the project's own secrets wherever they stand", () => {
    assert.equal(hider("csrf/missing", "a.js", ["hush"])('  "hush",'), '  "***",');
  });
});

describe("the project's own secrets", () => {
  const hide = hider("csrf/missing", "package.json", ["correct horse", "secret", "pass"]);
  for (const [text, want] of [
    ['  "passport": "^0.4.0",', '  "passport": "^0.4.0",'],
    ["  pass: 'pass',", "  pass: '***',"],
    ['use({ secret: "secret" })', 'use({ secret: "***" })'],
    ["const secretary = pass(`pass`);", "const secretary = pass(`***`);"],
    ["a: 'the secret of'", "a: 'the secret of'"],
    ["x(`the correct horse it is`)", "x(`the *** it is`)"],
  ] as const)
    it(`turn ${JSON.stringify(text)} into ${JSON.stringify(want)}`, () => {
      assert.equal(hide(text), want);
    });
});

/** Secrets as positional arguments, on lines of their own, far from their use, with rules left out. */
const SECRETS = [
  "only in lines",
  "first-of-two",
  "second-of-two",
  "from a constant",
  "in the fallback",
  "hunter2",
];
const APP = `const express = require("express");
const app = express();
app.use(require("cookie-parser")(
  "${SECRETS[0] ?? ""}",
));
app.use(require("cookie-session")({ keys: [
  "${SECRETS[1] ?? ""}",
  "${SECRETS[2] ?? ""}",
] }));
const C =
  "${SECRETS[3] ?? ""}";
app.use(require("express-session")({ secret: C, cookie: { httpOnly: false } }));
const D = process.env.D ||
  "${SECRETS[4] ?? ""}";
app.post("/a", (req, res) => res.send(require("jsonwebtoken").sign({},
  D)));
require("mongoose").connect(
  "mongodb://admin:${SECRETS[5] ?? ""}@db.example.com/a");
app.listen(3000);
`;

describe("a report in any format", () => {
  for (const only of [
    undefined,
    ["headers", "csrf", "fingerprint", "session/cookie-httponly", "session/memory-store"],
  ]) {
    it(`shows no secret ${only === undefined ? "with all rules" : "when the rules about secrets are left out"}`, async () => {
      const files = memoryFiles(new Map([["app.js", APP]]));
      const report = await check({ files, ...(only === undefined ? {} : { only }) });
      assert.ok(report.findings.length > 4);
      const texts = [
        pretty(report, files, false),
        html(report, files),
        json(report),
        sarif(report, "1.0.0"),
        github(report),
      ];
      for (const text of texts)
        assert.deepEqual(
          SECRETS.filter((one) => text.includes(one)),
          [],
        );
    });
  }
});
