import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../../check.ts";
import { memoryFiles } from "../../files/project-files.ts";

const app = (
  more: string,
  files: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  "package.json": '{ "dependencies": { "express": "^5.1.0", "express-session": "^1.18.0" } }',
  "app.js": `const express = require("express");
const session = require("express-session");
const app = express();
app.use(session({ secret: process.env.KEPT, resave: false, saveUninitialized: false }));
${more}
app.listen(3000);
`,
  ...files,
});

const POST = 'app.post("/orders", (req, res) => { place(req.body); res.end(); });';
const ROUTE = `${POST}
app.get("/orders", (req, res) => res.json(all()));
app.get("/", (req, res) => res.send("hi"));`;

async function severities(
  files: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const only = ["csrf/missing", "session/cookie-secure", "session/cookie-samesite", "session/memory-store"];
  const report = await check({ files: memoryFiles(new Map(Object.entries(files))), only });
  return Object.fromEntries(report.findings.map((one) => [one.rule, one.severity]));
}

const USED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the sign-in writes into it": app(
    `${ROUTE}\napp.post("/in", (req, res) => { req.session.user = 1; res.end(); });`,
  ),
  "a helper in another file does": app(`${ROUTE}\nrequire("./sign-in")(app);`, {
    "sign-in.js":
      'module.exports = (app) => app.post("/in", (req, res) => { keep(req, 1); res.end(); });\nconst keep = ({ session }, id) => { session.user = id; };\n',
  }),
  "its name is written out": app(
    `${ROUTE}\napp.post("/in", (req, res) => { req["session"].user = 1; res.end(); });`,
  ),
  "passport does": app(`app.use(require("passport").session());\n${ROUTE}`),
  "messages are kept in it": app(`app.use(require("connect-flash")());\n${ROUTE}`),
  "a store is asked by hand": app(`${ROUTE}\nconst sessionStore = require("./kept");`),
  "a socket looks at its signed cookie": app(
    `${ROUTE}\nio.use((socket, next) => next(require("cookie-parser").signedCookie(socket.id, "k") ? undefined : new Error("no")));`,
  ),
  "a middleware that nobody can see may": app(`app.use(require("./not-here"));\n${ROUTE}`),
  "the app is handed to code of others": app(`require("of-others").install(app);\n${ROUTE}`),
  "a guard of a package asks who is there": app(
    `app.use(require("express-openid-connect").auth());\n${ROUTE}`,
  ),
  "there is no route yet": app(""),
  "a few lines show how it is set up": app(POST),
};

describe("a session that nothing is kept in", () => {
  it("is told of as one for later", async () => {
    assert.deepEqual(await severities(app(ROUTE)), {
      "csrf/missing": "low",
      "session/cookie-secure": "low",
      "session/cookie-samesite": "low",
      "session/memory-store": "low",
    });
  });

  it("fills the memory all the same where everybody is given one", async () => {
    const files = app(ROUTE);
    const everybody = {
      ...files,
      "app.js": files["app.js"]?.replace("Uninitialized: false", "Uninitialized: true") ?? "",
    };
    assert.equal((await severities(everybody))["session/memory-store"], "medium");
  });

  for (const [what, files] of Object.entries(USED))
    it(`is none where ${what}`, async () => {
      const { "session/cookie-secure": secure, "csrf/missing": csrf = "high" } = await severities(files);
      assert.deepEqual([secure, csrf], ["high", "high"]);
    });
});
