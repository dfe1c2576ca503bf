import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { routeLines } from "../../test/kit/route-lines.ts";

const HEAD = 'import express from "express";\nimport helmet from "helmet";\n';
const cases: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  want: readonly string[],
])[] = [
  [
    "a chain of calls",
    { "a.js": `${HEAD}express().use(helmet()).get("/x", (req, res) => res.end());` },
    ["get /x: helmet"],
  ],
  [
    "an array of middleware",
    { "a.js": `${HEAD}const app = express(); app.use([helmet(), [express.json()]]); app.get("/x", f);` },
    ["get /x: helmet, express.json"],
  ],
  [
    "a function that takes the app",
    {
      "a.js": `${HEAD}import set from "./b.js"; const app = express(); set(app); app.get("/x", f);`,
      "b.js": 'import helmet from "helmet";\nexport default (app) => { app.use(helmet()); };',
    },
    ["get /x: helmet"],
  ],
  [
    "a factory",
    {
      "a.js": `${HEAD}function make() { const app = express(); app.use(helmet()); return app; }\nconst app = make(); app.get("/x", f);`,
    },
    ["get /x: helmet"],
  ],
  [
    "a factory that nobody in the project calls",
    {
      "a.js": `${HEAD}export function createApp(options) { const app = express(); app.use(helmet(options)); app.get("/x", f); return app; }`,
    },
    ["get /x: helmet"],
  ],
  [
    "set-up code that a binary reaches through a module that never names Express",
    {
      "a.js": `${HEAD}export const create = () => express();`,
      "b.js":
        'import { create } from "./a.js";\nimport helmet from "helmet";\nexport default (argv) => { const app = create(); app.use(helmet()); app.get("/x", f); };',
      "c.js": 'import run from "./b.js";\nrun(process.argv);',
    },
    ["get /x: helmet"],
  ],
  [
    "an environment that only a configuration knows",
    {
      "a.js": `${HEAD}import config from "cfg"; const app = express(); if (config.get("env") === "development") app.get("/debug", f); app.get("/x", f);`,
    },
    ["get /x: "],
  ],
  [
    "a class field",
    {
      "a.js": `${HEAD}class Server { app = express(); start() { this.app.use(helmet()); this.app.get("/x", f); } }\nnew Server().start();`,
    },
    ["get /x: helmet"],
  ],
  [
    "an inherited class",
    {
      "a.js": `${HEAD}class Base { constructor() { this.app = express(); this.setUp(); } }\nclass Mine extends Base { setUp() { this.app.use(helmet()); this.app.get("/x", f); } }\nnew Mine();`,
    },
    ["get /x: helmet"],
  ],
  [
    "nested routers",
    {
      "a.js": `${HEAD}const app = express(); const one = express.Router(); const two = express.Router(); two.get("/c", f); one.use("/b", helmet(), two); app.use("/a", one);`,
    },
    ["get /a/b/c: helmet"],
  ],
  [
    "a router that is re-exported",
    {
      "a.js": 'const app = require("express")(); app.use("/r", require("./routes").users);',
      "routes/index.js": 'exports.users = require("./users");',
      "routes/users.js": 'const r = require("express").Router(); r.post("/", f); module.exports = r;',
    },
    ["post /r/: "],
  ],
  [
    "a loop over a table",
    {
      "a.js": `${HEAD}const app = express(); for (const [path, fn] of Object.entries({ "/a": f, "/b": g })) app.get(path, fn);`,
    },
    ["get /a: ", "get /b: "],
  ],
  [
    "an asynchronous start",
    {
      "a.js": `${HEAD}const app = express(); async function main() { await connect(); app.use(helmet()); app.get("/x", f); }\nmain().catch(console.error);`,
    },
    ["get /x: helmet"],
  ],
  [
    "a callback of other code",
    {
      "a.js": `${HEAD}const app = express(); database.connect(url, (error, db) => { app.use(helmet()); app.get("/x", f); });`,
    },
    ["get /x: helmet"],
  ],
  [
    "a branch for production",
    {
      "a.js": `${HEAD}const app = express(); if (process.env.NODE_ENV === "production") app.use(helmet()); else app.use(express.json()); app.get("/x", f);`,
    },
    ["get /x: helmet"],
  ],
  [
    "a middleware that is not there",
    { "a.js": `${HEAD}const app = express(); app.use(false && helmet()); app.get("/x", f);` },
    ["get /x: "],
  ],
  [
    "routes loaded from a folder",
    {
      "a.js":
        'const fs = require("fs"); const app = require("express")(); fs.readdirSync(__dirname + "/r").forEach((name) => require("./r/" + name)(app));',
      "r/one.js": "module.exports = (app) => { app.get('/one', f); };",
    },
    ["get /one: "],
  ],
  [
    "a workspace",
    {
      "apps/x/a.ts": 'import { make } from "@s/http";\nmake().get("/x", f); // express',
      "packages/http/package.json": '{ "name": "@s/http", "main": "dist/index.js" }',
      "packages/http/src/index.ts": `${HEAD}export const make = () => express().use(helmet());`,
    },
    ["get /x: helmet"],
  ],
  [
    "paths of tsconfig",
    {
      "tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
      "src/a.ts": 'import { app } from "~/b";\napp.get("/x", f); // express',
      "src/b.ts": `${HEAD}export const app = express();`,
    },
    ["get /x: "],
  ],
  [
    "an import cycle",
    {
      "a.js": `${HEAD}import { add } from "./b.js"; export const app = express(); add();`,
      "b.js": 'import { app } from "./a.js";\nexport function add() { app.get("/x", f); } // express',
    },
    ["get /x: "],
  ],
];

describe("the app model", () => {
  for (const [name, files, want] of cases) {
    it(`follows ${name}`, () => {
      assert.deepEqual(routeLines(files), want);
    });
  }

  it("leaves examples out when there is an app elsewhere", () => {
    const app = 'const app = require("express")(); app.get("/x", f);';
    assert.equal(routeLines({ "src/a.js": app, "examples/b.js": app }).length, 1);
    assert.equal(routeLines({ "examples/b.js": app }).length, 1);
  });
});
