import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { project } from "../../test/kit/project.ts";
import { readProcesses } from "../processes/table.ts";
import type { StackApp, StackFunction, StackLayer } from "./facts.ts";
import { inspectApp } from "./inspect.ts";

const V3 = `
var express = require("express");
var app = module.exports = express();
app.configure(function () {
  app.use(express.static(__dirname + "/public"));
  app.use(express.cookieParser("keyboard cat"));
  app.use(express.bodyParser());
  app.use(express.session({ secret: process.env.SECRET, cookie: { secure: true } }));
  app.use(express.csrf());
  app.use(function locals(req, res, next) { next(); });
  app.use(app.router);
});
app.get("/", function home(req, res) { res.send("home"); });
app.post("/transfer", function check(req, res, next) { next(); }, function transfer(req, res) { res.send("ok"); });
var admin = express();
admin.get("/users", function users(req, res) { res.send("users"); });
app.use("/admin", admin);
`;

const V4 = `
const express = require("express");
const session = require("express-session");
const csurf = require("csurf");
const cors = require("cors");
const app = express();
app.use(express.json({ limit: "2mb" }));
app.use(express.urlencoded({ extended: true }));
app.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: false, cookie: { secure: true, sameSite: "lax" } }));
const api = express.Router();
api.use(cors({ origin: /example\\.com$/, credentials: true }));
api.route("/items").get(list).post(csurf(), create);
function list(req, res) { res.json([]); }
function create(req, res) { res.json({}); }
app.use("/api", api);
app.use(["/a", "/b"], function two(req, res, next) { next(); });
const admin = express();
admin.get("/users", (req, res) => res.send("users"));
app.use("/admin", admin);
exports.app = app;
`;

const V5 = V4.replace("exports.app = app;", "module.exports = () => Promise.resolve({ app });");

async function inspected(express: 3 | 4 | 5, source: string, name: string = "app.cjs"): Promise<StackApp> {
  using made = project(express, { [name]: source });
  const result = await inspectApp(made.root, name, 10_000);
  assert.ok(result.ok, result.ok ? "" : result.reason);
  return result.app;
}

const isNamed = (name: string) => (one: StackLayer) => one.functions.some((fn) => fn.name === name);

function outline(layers: readonly StackLayer[], prefix: string = ""): readonly string[] {
  return layers.flatMap((layer) => {
    const path = prefix + (layer.path === undefined ? "" : JSON.stringify(layer.path));
    if (layer.kind === "router") return outline(layer.layers, path);
    const what = layer.functions
      .map((fn) => (fn.package === undefined ? fn.name : `${fn.package}:${fn.name}`))
      .join(" ");
    return [`${layer.methods.join(",")} ${path} ${what}`.trim()];
  });
}

function option(app: StackApp, name: string, path: string): unknown {
  const found = app.layers
    .flatMap((layer) => [layer, ...layer.layers])
    .flatMap((layer) => layer.functions)
    .find((fn: StackFunction) => fn.name === name);
  let value: unknown = found?.args?.[0];
  for (const key of path.split(".")) value = (value as { $object: Record<string, unknown> }).$object[key];
  return value;
}

describe("the reader of Express 3", () => {
  it("lists middleware and routes in the order of requests", async () => {
    const app = await inspected(3, V3);
    assert.equal(app.version, "3.21.2");
    assert.deepEqual(outline(app.layers), [
      "serve-static:serveStatic",
      "cookie-parser:cookieParser",
      "connect:bodyParser",
      "express-session:session",
      "csurf:csrf",
      "locals",
      'get "/" home',
      'post "/transfer" check transfer',
      'get "/admin""/users" users',
    ]);
  });

  it("reads the flags the session cookie ends up with", async () => {
    const app = await inspected(3, V3);
    assert.equal(option(app, "session", "cookie.secure"), true);
    assert.equal(option(app, "session", "cookie.httpOnly"), true);
  });
});

for (const [express, source] of [
  [4, V4],
  [5, V5],
] as const) {
  describe(`the reader of Express ${String(express)}`, () => {
    it("lists nested routers, arrays of paths and mounted apps", async () => {
      const app = await inspected(express, source);
      assert.equal(app.express, express);
      assert.deepEqual(outline(app.layers), [
        "body-parser:jsonParser",
        "body-parser:urlencodedParser",
        "express-session:session",
        '"/api" cors:corsMiddleware',
        'get,post "/api""/items" list csurf:csrf create',
        '["/a","/b"] two',
        'get "/admin""/users"',
      ]);
    });

    it("knows where each layer was mounted", async () => {
      const app = await inspected(express, source);
      assert.deepEqual(
        app.layers.map((layer) => layer.mount?.line),
        [7, 8, 9, 15, 16, 19],
      );
    });

    it("reads options in effect, defaults applied", async () => {
      const app = await inspected(express, source);
      assert.equal(option(app, "jsonParser", "limit"), 2 * 1024 * 1024);
      assert.equal(option(app, "session", "cookie.httpOnly"), true);
      assert.deepEqual(option(app, "corsMiddleware", "origin"), { $regex: "example\\.com$", flags: "" });
    });
  });
}

describe("the way the app is found", () => {
  const body = 'const app = express(); app.get("/", function home(req, res) { res.end(); });';
  const forms: readonly [name: string, file: string, source: string][] = [
    ["a default export", "app.mjs", `import express from "express"; ${body} export default app;`],
    ["a named export", "app.mjs", `import express from "express"; ${body} export { app };`],
    [
      "a factory",
      "app.mjs",
      `import express from "express"; export function createApp() { ${body} return app; }`,
    ],
    [
      "a factory that takes its time",
      "app.mjs",
      `import express from "express"; export default async () => { ${body} return { app }; };`,
    ],
    [
      "an assignment to module.exports",
      "app.cjs",
      `const express = require("express"); ${body} module.exports = app;`,
    ],
    [
      "a server that listens on import",
      "app.cjs",
      `const express = require("express"); ${body} app.listen(3000, function () { console.log(this.address().port); });`,
    ],
    [
      "a server made by hand",
      "app.cjs",
      `const express = require("express"); ${body} require("http").createServer(app).listen(80);`,
    ],
    [
      "TypeScript that Node can strip",
      "app.ts",
      `import express, { type Request } from "express"; ${body.replace("req,", "req: Request,")} export const application = app as unknown;`,
    ],
    [
      "a server around a function around the app",
      "app.cjs",
      `const express = require("express"); ${body} require("http").createServer((req, res) => app(req, res)).listen(0);`,
    ],
    [
      "an app that nothing exports and nothing serves",
      "app.cjs",
      `const express = require("express"); ${body}`,
    ],
    [
      "an app whose own first argument would be a settings file",
      "app.cjs",
      `if (process.argv.length > 2) throw new Error(process.argv[2]); const express = require("express"); ${body} module.exports = app;`,
    ],
    [
      "an app that listens once something else is ready",
      "app.cjs",
      `const express = require("express"); ${body} setTimeout(() => app.listen(3000), 50);`,
    ],
  ];
  for (const [name, file, source] of forms) {
    it(`finds ${name}`, async () => {
      assert.deepEqual(outline((await inspected(5, source, file)).layers), ['get "/" home']);
    });
  }
});

describe("an app that cannot be read", () => {
  const rows: readonly [name: string, source: string, reason: RegExp][] = [
    [
      "throws",
      'throw new Error("no database at postgres://me:pass@db/x");',
      /throws while it loads: Error: no database at postgres:\/\/\*\*\*@db\/x/,
    ],
    [
      "fails later",
      'Promise.reject(new Error("later")); setInterval(() => {}, 1000);',
      /^the app (?:fails|throws) while it loads: Error: later|exports no Express app/,
    ],
    ["calls process.exit", "process.exit(3);", /calls process\.exit\(3\) while it loads \(app\.cjs:1\)/],
    ["kills itself", 'process.kill(process.pid, "SIGKILL");', /ended its process \(SIGKILL\)/],
    ["never returns", "for (;;) {}", /did not finish loading within 1\.5 s, and does not let go/],
    [
      "exports no app",
      "module.exports = { answer: 42 };",
      /exports no Express app, and ended without listening/,
    ],
    [
      "keeps handles open and exports no app",
      "setInterval(() => {}, 1000);",
      /exports no Express app and does not listen/,
    ],
    [
      "has a factory that throws",
      'exports.createApp = () => { throw new TypeError("no config"); };',
      /createApp\(\) threw: no config/,
    ],
    ["cannot be parsed", "const = 1;", /SyntaxError/],
    [
      "misses a setting of its environment",
      'console.error("DATABASE_URL is not set, SESSION_SECRET=abc"); process.exit(1);',
      /process\.exit\(1\) while it loads \(app\.cjs:1\): DATABASE_URL is not set, SESSION_SECRET=\*\*\*$/,
    ],
    [
      "leaves somebody with its error output and ends",
      'require("node:child_process").spawn("sleep", ["60"], { detached: true, stdio: "inherit" }).unref(); process.exit(4);',
      /calls process\.exit\(4\) while it loads/,
    ],
    [
      "writes what is no answer in the place of one",
      'require("node:fs").writeSync(3, "{}\\n"); process.kill(process.pid, "SIGKILL");',
      /ended its process \(SIGKILL\)/,
    ],
    [
      "has a factory that wants to be given something",
      "exports.createApp = (config, database) => config(database);",
      /exports no Express app.*createApp\(\) takes 2 arguments: name a module that calls it/,
    ],
  ];
  for (const [name, source, reason] of rows) {
    it(`is named with its reason when it ${name}`, async () => {
      using made = project(5, { "app.cjs": source });
      // A busy machine may need seconds to load Express: only what never ends gets a short limit.
      const limitMs = /never returns|keeps handles|fails later/.test(name) ? 1_500 : 20_000;
      const result = await inspectApp(made.root, "app.cjs", limitMs);
      assert.equal(result.ok, false);
      assert.match(result.ok ? "" : result.reason, reason);
    });
  }

  it("is named when the file does not exist", async () => {
    using made = project(5, {});
    assert.deepEqual(await inspectApp(made.root, "missing.js", 1_000), {
      ok: false,
      reason: "there is no such file",
    });
  });

  it("waits for a top-level await only as long as it may", async () => {
    using made = project(5, { "app.mjs": "await new Promise((done) => setTimeout(done, 60_000));" });
    const result = await inspectApp(made.root, "app.mjs", 1_500);
    assert.match(result.ok ? "" : result.reason, /did not finish loading within 1\.5 s/);
  });
});

describe("an app that is hard on its process", () => {
  for (const [name, source] of [
    [
      "app.cjs",
      `const cluster = require("node:cluster"); const express = require("express");
if (cluster.isPrimary) { for (let i = 0; i < 2; i += 1) cluster.fork(); cluster.on("exit", () => cluster.fork()); }
else { const app = express(); app.get("/x", (req, res) => res.send("hi")); app.listen(3000, () => process.send({ id: cluster.worker.id })); }`,
    ],
    [
      "app.mjs",
      `import cluster, { isPrimary, fork } from "node:cluster"; import express from "express";
if (isPrimary) { fork(); } else { const app = express(); app.get("/x", (req, res) => res.send("hi")); app.listen(3000); cluster.worker.on("message", () => {}); }`,
    ],
  ] as const)
    it(`is read as its workers run when it leaves its work to a cluster: ${name}`, async () => {
      const app = await inspected(5, source, name);
      assert.deepEqual(outline(app.layers).filter((one) => one.includes("/x")).length, 1);
    });

  it("is named with its reason when its workers start workers", async () => {
    using made = project(5, { "app.cjs": 'require("node:cluster").fork();' });
    const result = await inspectApp(made.root, "app.cjs", 20_000);
    assert.match(result.ok ? "" : result.reason, /fork is not a function/);
  });

  it("is read though it replaces what answers are written with", async () => {
    const app = await inspected(5, `${V5}\nJSON.stringify = () => "{}"; Buffer.from = () => { throw 1; };`);
    assert.ok(app.layers.length > 0);
  });

  it("leaves nothing running", { skip: !existsSync("/proc/self/stat") }, async () => {
    using made = project(5, {
      "app.cjs": `const { spawn } = require("node:child_process"); const fs = require("node:fs");
spawn("sh", ["-c", "setsid sleep 600 & echo $! >> ids; exit 0"], { cwd: __dirname, stdio: "ignore" });
const far = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
far.unref();
fs.appendFileSync(__dirname + "/ids", far.pid + "\\n");
const app = require("express")();
app.get("/", (req, res) => res.send("hi"));
setTimeout(() => app.listen(3000), 300);`,
    });
    const result = await inspectApp(made.root, "app.cjs", 20_000);
    assert.equal(result.ok, true);
    const ids = readFileSync(join(made.root, "ids"), "utf8").trim().split("\n").map(Number);
    assert.equal(ids.length, 2);
    const left = new Set(readProcesses().map(({ id }) => id));
    for (let looked = 0; looked < 100 && ids.some((id) => left.has(id)); looked += 1) {
      await sleep(50);
      left.clear();
      for (const { id } of readProcesses()) left.add(id);
    }
    const kept = ids.filter((id) => left.has(id));
    for (const id of kept) process.kill(id, "SIGKILL");
    assert.deepEqual(kept, []);
  });
});

describe("secrets", () => {
  it("do not leave the process", async () => {
    const secret = "a-secret-that-must-not-be-told-0123456789";
    const source = V4.replaceAll("process.env.SECRET", JSON.stringify(secret));
    const app = await inspected(4, source);
    assert.equal(JSON.stringify(app).includes(secret), false);
    assert.deepEqual(option(app, "session", "secret"), [
      { $secret: { length: secret.length, distinct: new Set(secret).size, known: false } },
    ]);
  });
});

describe("behaviour", () => {
  it("shows the headers of middleware that no table knows", async () => {
    const app = await inspected(
      5,
      `const express = require("express"); const app = module.exports = express();
      app.use(function secure(req, res, next) { res.set("X-Frame-Options", "DENY"); res.removeHeader("X-Powered-By"); next(); });
      app.use(function answers(req, res) { res.setHeader("X-Mine", "1"); res.end(); });
      app.get("/", (req, res) => res.end());`,
    );
    const secure = app.layers.find(isNamed("secure"))?.functions[0];
    assert.deepEqual([secure?.headers, secure?.removesPoweredBy], [{ "x-frame-options": "DENY" }, true]);
    assert.equal(app.layers.find(isNamed("answers"))?.functions[0]?.headers, undefined);
  });
});
