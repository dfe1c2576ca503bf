import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import { inspectApp } from "./inspect.ts";

const COOKIES = `const cookieOf = (req, name) => {
  const found = (req.headers.cookie ?? "").split("; ").find((one) => one.startsWith(name + "="));
  return found?.slice(name.length + 1);
};
const kept = new Map();
let count = 0;
`;

const ROWS: readonly [name: string, keep: string, isFound: boolean][] = [
  [
    "is known by an object it finds again for its cookie",
    `let id = cookieOf(req, "desk");
     if (!kept.has(id)) { id = String(count += 1); kept.set(id, {}); res.setHeader("Set-Cookie", "desk=" + id + "; Path=/"); }
     req.drawer = kept.get(id);
     next();`,
    true,
  ],
  [
    "is known when its store answers later, and its cookie is added with the head",
    `const id = cookieOf(req, "desk") ?? String(count += 1);
     setTimeout(() => {
       req.drawer = { ...kept.get(id) };
       const { writeHead, end } = res;
       res.writeHead = (...args) => { res.appendHeader("Set-Cookie", "desk=" + id); return writeHead.apply(res, args); };
       res.end = (...args) => { setTimeout(() => { kept.set(id, req.drawer); end.apply(res, args); }, 5); return res; };
       next();
     }, 5);`,
    true,
  ],
  [
    "is known when all of it is in the cookie",
    `req.drawer = JSON.parse(Buffer.from(cookieOf(req, "desk") ?? "e30", "base64url"));
     const { writeHead } = res;
     res.writeHead = (...args) => {
       res.setHeader("Set-Cookie", "desk=" + Buffer.from(JSON.stringify(req.drawer)).toString("base64url"));
       return writeHead.apply(res, args);
     };
     next();`,
    true,
  ],
  [
    "is none when it forgets",
    `res.setHeader("Set-Cookie", "desk=" + (count += 1)); req.drawer = {}; next();`,
    false,
  ],
  [
    "is none when all visitors share one object",
    `res.setHeader("Set-Cookie", "desk=1"); kept.set("all", kept.get("all") ?? {}); req.drawer = kept.get("all"); next();`,
    false,
  ],
  [
    "is none when it only reads a preference from a cookie",
    `req.look = { theme: cookieOf(req, "theme") ?? "light" }; res.setHeader("Set-Cookie", "theme=" + req.look.theme); next();`,
    false,
  ],
  [
    "is none when it sends no cookie",
    `req.drawer = kept.get("x") ?? {}; kept.set("x", req.drawer); next();`,
    false,
  ],
  [
    "is none when what it keeps is frozen",
    `res.setHeader("Set-Cookie", "desk=1"); req.drawer = Object.freeze({}); next();`,
    false,
  ],
  ["is none when it never answers", "cookieOf(req, 'desk');", false],
  ["is none when it throws what is no error", "cookieOf(req, 'desk'); throw null;", false],
  [
    "is none when its answer cannot be ended",
    `res.end = () => { throw new Error("cookie"); }; req.drawer = {}; next();`,
    false,
  ],
  [
    "is none when its object throws at everything",
    `req.drawer = new Proxy({}, { set() { throw new Error("no"); }, get() { throw new Error("no cookie"); } }); next();`,
    false,
  ],
];

/** Each row is a middleware of one app; its function has the number of the row for a name. */
const APP = `const express = require("express");
const app = module.exports = express();
${COOKIES}
${ROWS.map(([, keep], i) => `app.use(function row${String(i)}(req, res, next) { ${keep} });`).join("\n")}
app.post("/transfer", (req, res) => res.send("done"));
`;

describe("a session of the app's own making", () => {
  for (const express of [3, 4, 5] as const) {
    describe(`in Express ${String(express)}`, async () => {
      using folder = project(express, { "app.js": APP });
      const result = await inspectApp(folder.root, "app.js", 60_000);
      assert.ok(result.ok);
      const functions = result.app.layers.flatMap((one) => one.functions);
      for (const [i, [name, , isSession]] of ROWS.entries()) {
        it(name, () => {
          assert.equal(functions.find((fn) => fn.name === `row${String(i)}`)?.keepsSessions, isSession);
        });
      }
    });
  }

  it("makes a form without protection a finding, and needs no cookie parser", async () => {
    const [[, keep] = ["", ""]] = ROWS;
    using folder = project(3, {
      "app.js": `const express = require("express");
const app = module.exports = express();
${COOKIES}
app.use(function desk(req, res, next) { ${keep} });
app.use(express.cookieParser());
app.post("/transfer", (req, res) => res.send("done"));
`,
    });
    const report = await check({
      folder: folder.root,
      app: "app.js",
      source: false,
      only: ["csrf/missing", "order/cookie-parser"],
      appTimeoutMs: 60_000,
    });
    assert.deepEqual(report.notAnalysed, []);
    assert.deepEqual(
      report.findings.map((one) => one.rule),
      ["csrf/missing"],
    );
  });

  it("is known in a package of any name", async () => {
    using folder = project(5, {
      "app.js": `const express = require("express");
const app = module.exports = express();
app.use(require("guest-book")());
app.post("/transfer", (req, res) => res.send("done"));
`,
      "node_modules/guest-book/package.json": '{ "name": "guest-book", "version": "1.0.0" }',
      "node_modules/guest-book/index.js": `${COOKIES}
module.exports = () => function guests(req, res, next) {
  let id = cookieOf(req, "guest");
  if (!kept.has(id)) { id = String(count += 1); kept.set(id, {}); res.setHeader("Set-Cookie", "guest=" + id); }
  req.guest = kept.get(id);
  next();
};`,
    });
    const result = await inspectApp(folder.root, "app.js", 60_000);
    assert.ok(result.ok);
    assert.deepEqual(
      result.app.layers.map((one) => one.functions.map((fn) => fn.keepsSessions)),
      [[true], [false]],
    );
  });
});

describe("what answers a route", () => {
  for (const express of [3, 4, 5] as const) {
    it(`is never called to see what it does (Express ${String(express)})`, async () => {
      using folder = project(express, {
        "app.js": `const { writeFileSync } = require("node:fs");
const express = require("express");
const app = module.exports = express();
app.post("/orders/delete-all", (req, res) => {
  writeFileSync(__dirname + "/deleted", "");
  res.setHeader("X-Session-Cookie", "1");
  res.send("gone");
});
`,
      });
      const result = await inspectApp(folder.root, "app.js", 60_000);
      assert.ok(result.ok);
      assert.equal(existsSync(join(folder.root, "deleted")), false);
    });
  }
});
