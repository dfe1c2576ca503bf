import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { routeLines } from "../../test/kit/route-lines.ts";

type Files = Readonly<Record<string, string>>;

const APP =
  'const fs = require("fs"); const path = require("path"); const helmet = require("helmet"); const app = require("express")();\n';
const ESM =
  'import express from "express"; import fs from "node:fs/promises"; import path from "node:path";\nconst app = express();\n';
const ROUTER = 'const r = require("express").Router(); r.get("/list", f); module.exports = r;';
const ESM_ROUTER =
  'import { Router } from "express"; const r = Router(); r.get("/list", f); export default r;';
const TWO: Files = { "routes/a.js": ROUTER, "routes/b.js": ROUTER };
const TWO_ESM: Files = { "routes/a.js": ESM_ROUTER, "routes/b.js": ESM_ROUTER };
const BOTH = ["get /a/list: ", "get /b/list: "];
const TAKES_APP = 'module.exports = (app, passport) => { app.get("/" + __filename.split("/").pop(), f); };';

const cases: readonly (readonly [name: string, files: Files, want: readonly string[]])[] = [
  [
    "a folder whose files are mounted below their names",
    {
      ...TWO,
      "a.js": `${APP}const dir = path.join(__dirname, "routes"); app.use(helmet());
fs.readdirSync(dir).forEach((f) => app.use("/" + path.basename(f, ".js"), require(path.join(dir, f))));`,
    },
    ["get /a/list: helmet", "get /b/list: helmet"],
  ],
  [
    "names that a filter, an expression and a replacement make",
    {
      ...TWO,
      "routes/notes.json": "{}",
      "a.js": `${APP}fs.readdirSync("./routes").filter((f) => /\\.js$/.test(f)).map((f) => f.replace(/\\.js$/, "")).forEach((n) => app.use("/" + n, require("./routes/" + n)));`,
    },
    BOTH,
  ],
  [
    "mounts that a filter makes, and the loading file itself left out",
    {
      ...TWO,
      "a.js": `${APP}app.use("/api", require("./routes"));`,
      "routes/index.js": `const fs = require("fs"); const r = require("express").Router();
const bare = (f) => f.split(".").shift();
fs.readdirSync(__dirname).filter((f) => { const n = bare(f); if (n !== "index") r.use(\`/\${n}\`, require(\`./\${f}\`)); });
module.exports = r;`,
    },
    ["get /api/a/list: ", "get /api/b/list: "],
  ],
  [
    "folders within folders, and one that is left out",
    {
      "a.js": `${APP}function walk(dir) { fs.readdirSync(dir).forEach((f) => { const p = dir + "/" + f; const s = fs.statSync(p);
if (s.isFile()) { if (/(.*)\\.(js$|coffee$)/.test(f)) require(p)(app, passport); } else if (s.isDirectory() && f !== "guards") walk(p); }); }
walk(__dirname + "/routes");`,
      "routes/one.js": TAKES_APP,
      "routes/x/y/z/two.js": TAKES_APP,
      "routes/guards/three.js": "module.exports = (app) => { app.get('/never', f); };",
    },
    ["get /one.js: ", "get /two.js: "],
  ],
  [
    "entries with their kinds",
    {
      ...TWO,
      "routes/more/c.js": ROUTER,
      "a.js": `${APP}for (const e of fs.readdirSync("routes", { withFileTypes: true })) { if (e.isDirectory()) continue; app.use("/" + e.name.slice(0, -3), require("./routes/" + e.name)); }`,
    },
    [...BOTH, "get /list: "],
  ],
  [
    "a callback that gets the files, and a later error handler",
    {
      ...TWO,
      "a.js": `${APP}fs.readdir(path.join(__dirname, "routes"), (error, files) => { files.forEach((f) => app.use("/" + f.split(".")[0], require("./routes/" + f))); });`,
    },
    BOTH,
  ],
  [
    "files that are waited for and imported",
    {
      ...TWO_ESM,
      "a.js": `${ESM}import { pathToFileURL, fileURLToPath } from "node:url";
const here = path.dirname(fileURLToPath(import.meta.url));
for (const f of await fs.readdir(path.join(here, "routes"))) {
  if (!f.endsWith(".js")) continue;
  const { default: router } = await import(pathToFileURL(path.join(here, "routes", f)).href);
  app.use("/" + path.parse(f).name, router);
}`,
    },
    BOTH,
  ],
  [
    "imports that are waited for together",
    {
      ...TWO_ESM,
      "a.js": `${ESM}import { glob } from "glob";
async function load() { const files = await glob("routes/*.js"); const all = await Promise.all(files.map((f) => import("./" + f))); all.forEach((m) => app.use("/x", m.default)); }
load();`,
    },
    ["get /x/list: ", "get /x/list: "],
  ],
  [
    "an import with a promise, of a CommonJS file",
    {
      "b.js": ROUTER,
      "a.js": `${APP}import("./b.js").then(({ default: router }) => app.use("/b", router));`,
    },
    ["get /b/list: "],
  ],
  [
    "a folder beside the file by its address",
    {
      ...TWO_ESM,
      "a.js": `${ESM}import { readdirSync } from "fs"; import { fileURLToPath } from "url";
const dir = fileURLToPath(new URL("./routes", import.meta.url));
for (const f of readdirSync(dir)) app.use("/" + path.basename(f, path.extname(f)), (await import(\`file://\${dir}/\${f}\`)).default);`,
    },
    BOTH,
  ],
  [
    "a list of paths and routers from another file",
    {
      ...TWO,
      "a.js": `${APP}require("./routes").forEach(({ path, router }) => app.use(path, router));`,
      "routes/index.js":
        'module.exports = [{ path: "/a", router: require("./a") }, { path: "/b", router: require("./b") }];',
    },
    BOTH,
  ],
  [
    "a list that is counted",
    {
      "a.js": `${APP}const list = [{ at: "/a", fn: f }, { at: "/b", fn: g }]; for (let i = 0; i < list.length; i++) app.get(list[i].at, list[i].fn);`,
    },
    ["get /a: ", "get /b: "],
  ],
  [
    "an object whose names are gone through",
    {
      ...TWO,
      "a.js": `${APP}const all = { a: require("./routes/a"), b: require("./routes/b") }; for (const name in all) app.use("/" + name, all[name]);`,
    },
    BOTH,
  ],
  [
    "a helper of other people's for each",
    {
      ...TWO,
      "a.js": `${APP}const _ = require("lodash"); _.each({ "/a": require("./routes/a"), "/b": require("./routes/b") }, (r, p) => app.use(p, r));`,
    },
    BOTH,
  ],
  [
    "a package that requires a folder",
    {
      ...TWO,
      "a.js": `${APP}const all = require("require-dir")("./routes"); Object.keys(all).forEach((n) => app.use("/" + n, all[n]));`,
    },
    BOTH,
  ],
  [
    "a package that requires folders within folders",
    {
      "routes/v1/a.js": ROUTER,
      "routes/v1/b.js": ROUTER,
      "a.js": `${APP}const all = require("require-directory")(module, "./routes"); for (const [n, r] of Object.entries(all.v1)) app.use(\`/\${n}\`, r);`,
    },
    BOTH,
  ],
  [
    "a package that gives each file the app, and leaves what it returns there",
    {
      "a.js": `${APP}app.use(helmet()); require("consign")({ cwd: "app" }).include("controllers").then("routes").into(app);`,
      "app/controllers/pets.js":
        "module.exports = (app) => ({ guard: function guard(req, res, next) { if (!req.user) return res.sendStatus(401); next(); }, list: f });",
      "app/routes/pets.js":
        'module.exports = (app) => { app.use("/pets", app.controllers.pets.guard); app.get("/pets", app.controllers.pets.list); };',
    },
    ["get /pets: helmet, guard"],
  ],
  [
    "a folder that only the running app knows: nothing is mounted for certain",
    {
      ...TWO,
      "a.js": `${APP}fs.readdirSync(process.env.ROUTES).forEach((f) => app.use("/" + f, require(path.join(process.env.ROUTES, f))));`,
    },
    ["get /list: ", "get /list: "],
  ],
  [
    "a path that nobody can know: it is not guessed",
    {
      ...TWO,
      "a.js": `${APP}fs.readdirSync("./routes").forEach((f) => app.use(settings.prefix + f, require("./routes/" + f)));`,
    },
    ["get (computed path): ", "get (computed path): "],
  ],
  [
    "an expression that is slow on purpose: it is not run",
    {
      ...TWO,
      "a.js": `${APP}fs.readdirSync("./routes").filter((f) => /^(a+)+$/.test(f)).forEach((f) => app.use("/x", require("./routes/" + f)));`,
    },
    ["get /x/list: ", "get /x/list: "],
  ],
];

/** A module in folders within folders, and the mount of what requiring all of them gives for it. */
const at = (depth: number): string => `all/${"in/".repeat(depth)}made.js`;
const load = (depth: number): string => `app.use("/${String(depth)}", all${".in".repeat(depth)}.made);`;

describe("routes that are loaded from folders and lists", () => {
  for (const [name, files, want] of cases) {
    it(`follows ${name}`, () => {
      assert.deepEqual(routeLines(files), want);
    });
  }

  it("requires folders eight deep, and not those of a project made to be read for ever", () => {
    const files = {
      [at(8)]: ROUTER,
      [at(9)]: ROUTER,
      "a.js": `${APP}const all = require("require-dir")("./all", { recurse: true }); ${load(8)} ${load(9)}`,
    };
    assert.ok(routeLines(files).includes("get /8/list: "));
    assert.ok(!routeLines(files).includes("get /9/list: "));
  });

  for (const [name, loop] of [
    ["counted", "for (let i = 0; i < paths.length; i++) app.get(paths[i], f);"],
    ["named", "for (const key in routes) app.get(routes[key], f);"],
  ])
    it(`goes through a hundred rounds of a ${name ?? ""} loop and no more`, () => {
      const paths = Array.from({ length: 150 }, (_, i) => `"/${String(i)}"`).join(",");
      const routes = Array.from({ length: 150 }, (_, i) => `k${String(i)}: "/${String(i)}"`).join(",");
      const files = { "a.js": `${APP}const paths = [${paths}], routes = { ${routes} };\n${loop ?? ""}` };
      assert.equal(routeLines(files).length, 100);
    });
});
