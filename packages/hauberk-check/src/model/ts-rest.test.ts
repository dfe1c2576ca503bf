import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { behind, routesOf } from "../../test/kit/route-lines.ts";

const read = (served: string): Promise<Report> => {
  const files = {
    "package.json": '{"name":"x","dependencies":{"express":"4.21.2","@ts-rest/express":"3.52.0"}}',
    "contract.ts": `import { initContract } from "@ts-rest/core";
const c = initContract();
const notes = c.router({
  read: { method: "GET", path: "/notes/:id", responses: {} },
  add: { method: "POST", path: "/notes", body: c.type<{ text: string }>(), responses: {} },
});
export const contract = c.router({ notes, ping: { method: "GET", path: "/ping", responses: {} } });
`,
    "app.ts": `import express from "express";
import session from "express-session";
import { createExpressEndpoints, initServer } from "@ts-rest/express";
import { contract } from "./contract";
const app = express();
app.use(session({ secret: process.env.SECRET }));
const s = initServer();
function signedIn(req, res, next) { if (!req.session.user) return res.sendStatus(401); next(); }
const router = s.router(contract, {
  notes: { read: async ({ params }) => ({ status: 200, body: params.id }), add: { middleware: [signedIn], handler: async ({ body }) => ({ status: 201, body }) } },
  ping: async () => ({ status: 200, body: 1 }),
});
${served}
app.listen(3000);
`,
  };
  return check({ files: memoryFiles(new Map(Object.entries(files))) });
};

describe("routes of a contract behind Express", () => {
  for (const [what, served, routes] of [
    [
      "are those it names, each behind its own middlewares",
      "createExpressEndpoints(contract, router, app);",
      ["GET /notes/:id", "POST /notes signedIn", "GET /ping"],
    ],
    [
      "are behind those of all",
      "createExpressEndpoints(contract, router, app, { globalMiddleware: [signedIn] });",
      ["GET /notes/:id signedIn", "POST /notes signedIn signedIn", "GET /ping signedIn"],
    ],
    [
      "are below the router they are given",
      "const r = express.Router(); createExpressEndpoints(contract, router, r); app.use('/api', r);",
      ["GET /api/notes/:id", "POST /api/notes signedIn", "GET /api/ping"],
    ],
    [
      "may be guarded by what is not known",
      "createExpressEndpoints(contract, router, app, { globalMiddleware: require(process.env.GUARDS) });",
      ["GET /notes/:id unknown", "POST /notes unknown signedIn", "GET /ping unknown"],
    ],
    [
      "are none where it is not known",
      "createExpressEndpoints(require(process.env.CONTRACT), router, app);",
      [],
    ],
    [
      "are none of an app that is not known",
      "createExpressEndpoints(contract, router, require(process.env.APP));",
      [],
    ],
  ] as const)
    it(what, async () => {
      assert.deepEqual(routesOf(await read(served)), behind(routes, "express-session"));
    });
});
