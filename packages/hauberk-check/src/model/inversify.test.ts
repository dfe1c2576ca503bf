import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { behind, routesOf } from "../../test/kit/route-lines.ts";

const MAIN = (code: string): string => `
import { Container } from "inversify";
import { InversifyExpressServer } from "inversify-express-utils";
import express from "express";
import helmet from "helmet";
import { TYPES, KeyGuard, limit } from "./around";
import "./cats";
const container = new Container();
container.bind(TYPES.Guard).to(KeyGuard);
container.bind("Limit").toConstantValue(limit);
${code}
app.listen(3000);
`;

const REST = {
  "package.json": '{"name":"x","dependencies":{"express":"4.21.2","inversify-express-utils":"6.5.0"}}',
  "src/cats.ts": `import { all, controller, httpDelete, httpGet, httpMethod, httpPost, requestParam, withMiddleware } from "inversify-express-utils";
import { TYPES, KeyGuard, limit } from "./around";
@controller("/cats")
export class Cats {
  @httpGet("/") list() { return []; }
  @httpPost("/new", TYPES.Guard, limit) add(req: any, res: any) { res.json({}); }
  @httpDelete("/:id", KeyGuard) remove(@requestParam("id") id: string) { return id; }
  @httpMethod("patch", "/:id", "Limit") change() { return 1; }
  @withMiddleware(TYPES.Missing) @all("/rest") rest() { return 1; }
}
@controller("/dogs", TYPES.Guard)
export class Dogs { @httpGet("/") list() { return []; } }
export class Birds { @httpGet("/birds") list() { return []; } }
`,
  "src/around.ts": `import { BaseMiddleware } from "inversify-express-utils";
import rateLimit from "express-rate-limit";
export const TYPES = { Guard: Symbol.for("Guard"), Missing: Symbol.for("Missing") };
export class KeyGuard extends BaseMiddleware {
  handler(req: any, res: any, next: any) { if (!(req.session as any).userId) return res.status(401).end(); next(); }
}
export const limit = rateLimit({ limit: 5 });
`,
};

const read = (main: string, more: Record<string, string> = {}): Promise<Report> =>
  check({ files: memoryFiles(new Map(Object.entries({ "src/index.ts": MAIN(main), ...REST, ...more }))) });

const ROUTES = [
  "GET /cats",
  "POST /cats/new KeyGuard express-rate-limit",
  "DELETE /cats/:id KeyGuard",
  "PATCH /cats/:id express-rate-limit",
  "ALL /cats/rest unknown",
  "GET /dogs KeyGuard",
];

describe("an application of inversify-express-utils", () => {
  for (const [what, main, routes] of [
    [
      "the routes of all controllers that were loaded, each behind what its decorators or the container name",
      "const app = new InversifyExpressServer(container).build();",
      ROUTES,
    ],
    [
      "what it is configured by before them, and not what comes for errors",
      "const app = new InversifyExpressServer(container).setConfig((one) => { one.use(helmet()); }).setErrorConfig((one) => { one.use(express.json()); }).build();",
      behind(ROUTES, "helmet"),
    ],
    [
      "a configuration that is given once the server is there",
      "const server = new InversifyExpressServer(container); server.setConfig(setUp); function setUp(one: any) { one.use(helmet()); } const app = server.build(); server.build();",
      behind(ROUTES, "helmet"),
    ],
    [
      "a root",
      'const app = new InversifyExpressServer(container, null, { rootPath: "/api" }).build();',
      ROUTES.map((one) => one.replace(" /", " /api/")),
    ],
    [
      "the app and the router that it is given",
      'const own = express(); own.use(helmet()); const router = express.Router(); router.get("/own", (req, res) => { res.json({}); }); const app = new InversifyExpressServer(container, router, null, own).build();',
      behind(["GET /own", ...ROUTES], "helmet"),
    ],
  ] as const)
    it(`has ${what}`, async () => {
      const report = await read(main);
      assert.deepEqual(routesOf(report).toSorted(), [...routes].toSorted());
      assert.deepEqual(report.notAnalysed, []);
    });

  it("has no route before it is built", async () => {
    assert.deepEqual(routesOf(await read("const app = new InversifyExpressServer(container);")), []);
  });

  it("has no route of a file that nobody loads", async () => {
    const lost = REST["src/cats.ts"].replaceAll("cats", "lost");
    const report = await read("const app = new InversifyExpressServer(container).build();", {
      "src/lost.ts": lost,
    });
    assert.deepEqual(routesOf(report).toSorted(), ROUTES.toSorted());
  });

  it("has no missing header while its configuration is not known", async () => {
    const main =
      "const app = new InversifyExpressServer(container).setConfig(require(process.env.SETUP)).build();";
    const report = await read(main);
    assert.ok(!report.findings.some(({ rule }) => rule === "headers/none"));
    assert.ok(report.notChecked.some(({ rule }) => rule === "headers/none"));
  });
});
