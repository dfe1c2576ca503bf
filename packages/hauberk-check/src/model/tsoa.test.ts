import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { routesOf } from "../../test/kit/route-lines.ts";

const MAIN = (code = "RegisterRoutes(app);"): string => `
import express from "express";
import multer from "multer";
import { RegisterRoutes } from "../build/routes";
const app = express();
app.use(express.json());
${code}
app.use(express.text());
app.listen(3000);
`;

const CATS = `import { Body, Controller, Delete, Get, Middlewares, NoSecurity, Path, Post, Put, Query, Route, Security, UploadedFile } from "tsoa";
import rateLimit from "express-rate-limit";
@Route("cats")
export class Cats extends Controller {
  @Get() all(@Query() name: string) { return []; }
  @Get("{id}") one(@Path() id: number) { return {}; }
  @Security("jwt", ["admin"]) @Delete("{id}") remove(@Path() id: string) {}
  @Middlewares(rateLimit({ limit: 5 })) @Post("picture") picture(@UploadedFile() file: any) {}
  helper() {}
}
@Route("dogs")
@Security("jwt")
export class Dogs extends Controller {
  @Put("{id}/of/{owner}") change() {}
  @NoSecurity() @Post() add(@Body() dog: any) {}
}
`;

const GENERATED = `import { fetchMiddlewares, ExpressTemplateService } from "@tsoa/runtime";
import { Cats } from "../src/cats";
export function RegisterRoutes(app: any) {
  app.get("/cats", ...fetchMiddlewares(Cats), async function Cats_all(request: any, response: any, next: any) {});
}
`;

const read = (main: string, more: Record<string, string> = {}): Promise<Report> => {
  const files = {
    "package.json": '{"name":"x","dependencies":{"express":"4.21.2","tsoa":"6.6.0"}}',
    "src/index.ts": main,
    "src/cats.ts": CATS,
    ...more,
  };
  return check({ files: memoryFiles(new Map(Object.entries(files))) });
};

const ROUTES = [
  "GET /cats express.json",
  "GET /cats/:id express.json",
  "DELETE /cats/:id express.json Security",
  "POST /cats/picture express.json multer express-rate-limit",
  "PUT /dogs/:id/of/:owner express.json Security",
  "POST /dogs express.json",
];

describe("an application of tsoa", () => {
  for (const [what, main, more, routes] of [
    ["the routes of its controllers where the file of its routes is not there", MAIN(), {}, ROUTES],
    ["those where it is there", MAIN(), { "build/routes.ts": GENERATED }, ROUTES],
    [
      "those that all files of routes register",
      MAIN("routes.RegisterRoutes(app);").replace("{ RegisterRoutes }", "* as routes"),
      {},
      ROUTES,
    ],
    [
      "a path before them",
      MAIN(),
      { "tsoa.json": '{"routes":{"basePath":"/v1"}}' },
      ROUTES.map((one) => one.replace(" /", " /v1/")),
    ],
    [
      "a security for all that say nothing of it",
      MAIN(),
      { "tsoa.json": '{"spec":{"rootSecurity":[{"jwt":[]}]}}' },
      [
        "GET /cats express.json Security",
        "GET /cats/:id express.json Security",
        "DELETE /cats/:id express.json Security",
        "POST /cats/picture express.json Security multer express-rate-limit",
        "PUT /dogs/:id/of/:owner express.json Security",
        "POST /dogs express.json",
      ],
    ],
    [
      "no route of controllers where a function of the project has that name",
      MAIN(),
      {
        "build/routes.ts":
          'export function RegisterRoutes(app: any) { app.get("/own", (req: any, res: any) => { res.json({}); }); }',
      },
      ["GET /own express.json"],
    ],
    ["none without controllers", MAIN(), { "src/cats.ts": "" }, []],
    [
      "none of decorators of the project's own",
      MAIN(),
      {
        "src/cats.ts": CATS.replace('"tsoa"', '"./own"'),
        "src/own.ts": "export const Route = () => () => {};",
      },
      [],
    ],
    ["none of a file that was never told to register them", MAIN(""), {}, []],
  ] as const)
    it(`has ${what}`, async () => {
      assert.deepEqual(routesOf(await read(main, more)).toSorted(), [...routes].toSorted());
    });

  it("has no missing header while nothing says which routes and middlewares are registered", async () => {
    const main = MAIN('RegisterRoutes(app); app.get("/own", (req, res) => { res.send("hello"); });');
    const report = await read(main, { "src/cats.ts": "" });
    assert.ok(!report.findings.some(({ rule }) => rule === "headers/none"));
    assert.ok(report.notChecked.some(({ rule }) => rule === "headers/none"));
    assert.ok((await read(main)).findings.some(({ rule }) => rule === "headers/none"));
  });

  for (const [what, main, settings, isTold] of [
    ["nothing limits", MAIN(), "{}", true],
    ["the settings limit", MAIN(), '{"multerOpts":{"limits":{"fileSize":1000,"files":1}}}', false],
    [
      "the multer that is given limits",
      MAIN("RegisterRoutes(app, { multer: multer({ limits: { fileSize: 1000, files: 1 } }) });"),
      "{}",
      false,
    ],
  ] as const)
    it(`has uploads, and ${what}`, async () => {
      const { findings } = await read(main, { "tsoa.json": settings });
      assert.equal(
        findings.some(({ rule }) => rule === "upload/no-limits"),
        isTold,
      );
    });
});
