import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { discover } from "../files/discover.ts";
import type { ExpressMajor } from "../model/app.ts";
import { Program } from "../model/program.ts";
import { Project } from "../model/project.ts";
import { openEngine, type Engine } from "../stack/child/closures.ts";
import { readApp } from "../stack/child/read-stack.ts";
import { isApp } from "../stack/child/shapes.ts";
import { runStackRules } from "../stack/run.ts";
import { RULES } from "./registry.ts";
import type { Rule } from "./rule.ts";

const FOLDER = new URL("./", import.meta.url);
const SECRET = "h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k";

/** Why no fixture of a rule can show its fault in a running app here. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  "debug/endpoint": "needs swagger-ui-express or express-status-monitor",
  "body/deprecated-parser 4": "Express 4 has no such function left",
  "body/deprecated-parser 5": "Express 5 has no such function left",
  "deps/express-eol": "the manifest is what says so",
  "deps/sanitizer-dead-on-v5": "needs express-mongo-sanitize",
  "error/debug-handler": "needs errorhandler",
  "headers/deprecated": "needs a helmet that still has expectCt",
  "headers/xss-filter": "needs a helmet that still has iexss",
  "headers/permissions-policy": "the source alone says nothing, so there is no fixture in source",
  "process/node-env": "an app at hand is a test's: NODE_ENV is not the deployed one's",
  "jwt/none-or-any-alg": "needs jsonwebtoken",
  "static/directory-listing": "needs serve-index",
};

/** Makes an app of a fixture, in this process and without listening. */
function load(root: string): unknown {
  return (createRequire(join(root, "app.js"))("./app.js") as { app?: unknown }).app;
}

async function fires(rule: Rule, text: string, version: 3 | 4 | 5, engine: Engine): Promise<boolean> {
  using made = project(version, { "app.js": `${text}\nmodule.exports = { app };\n` });
  const app = load(made.root);
  assert.ok(isApp(app));
  const stack = await readApp(app, engine, { notes: new WeakMap(), apps: [] }, false, false);
  const program = new Program(new Project(discover(made.root)));
  const ran = runStackRules(program, [rule], stack, made.root, undefined);
  return (ran?.results.found.length ?? 0) > 0;
}

/** The smallest fixture in CommonJS that is one file and of this version. */
function fixtureOf(rule: Rule, version: ExpressMajor): readonly string[] {
  const folder = new URL(`${rule.id}/fixtures/fires/`, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .filter((text) => /\bapp\b\s*=/.test(text) && !/^import /m.test(text))
    .filter((text) => {
      const header = /^\/\/ express: ([\d ]+)/m.exec(text)?.[1];
      return header === undefined ? rule.express.includes(version) : header.includes(String(version));
    });
}

describe("the rules of the stack lens, on running apps", () => {
  let engine: Engine;
  const listen = Object.getOwnPropertyDescriptor(net.Server.prototype, "listen") ?? {};
  const environment = { ...process.env };
  before(() => {
    engine = openEngine();
    net.Server.prototype.listen = function (this: net.Server) {
      return this;
    } as typeof net.Server.prototype.listen;
    for (const name of ["S", "SECRET", "SESSION_SECRET", "COOKIE_SECRET"]) process.env[name] = SECRET;
  });
  after(() => {
    engine.close();
    Object.defineProperty(net.Server.prototype, "listen", listen);
    process.env = environment;
  });
  for (const rule of RULES.filter((one) => one.lenses.includes("stack"))) {
    for (const version of [3, 4, 5] as const) {
      const texts = fixtureOf(rule, version);
      const why = NOT_SHOWN[rule.id] ?? NOT_SHOWN[`${rule.id} ${String(version)}`];
      if (why !== undefined || !rule.express.includes(version)) continue;
      it(`${rule.id} fires on Express ${String(version)}`, async () => {
        assert.notEqual(texts.length, 0, "no fixture in one file");
        let last = "";
        for (const text of texts) {
          try {
            if (await fires(rule, text, version, engine)) return;
          } catch (error) {
            last = `; ${error instanceof Error ? error.message : "it threw"}`;
          }
        }
        assert.fail(`nothing found${last}`);
      });
    }
  }
});
