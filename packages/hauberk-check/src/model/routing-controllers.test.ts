import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { behind, routesOf } from "../../test/kit/route-lines.ts";

const MAIN = (code: string): string => `
import { createExpressServer, useExpressServer } from "routing-controllers";
import express from "express";
import path from "node:path";
import { CatsController } from "./controllers/cats";
import { DogsController } from "./controllers/dogs";
import { Headers, Failures, Unused } from "./around";
const settings = require(process.env.SETTINGS);
${code}
app.listen(3000);
`;

const REST = {
  "package.json": '{"name":"x","dependencies":{"express":"4.21.2","routing-controllers":"0.11.3"}}',
  "src/controllers/cats.ts": `import { Authorized, Body, CurrentUser, Get, JsonController, Method, Post, UploadedFile, UseBefore } from "routing-controllers";
import rateLimit from "express-rate-limit";
import { KeyGuard } from "../around";
import { Base } from "../base";
@JsonController("/cats")
@UseBefore(KeyGuard)
export class CatsController extends Base {
  @Get() all() { return []; }
  @Get("/mine") mine(@CurrentUser({ required: true }) user: any) { return user; }
  @Authorized("admin") @Post("/new") add(@Body() cat: any) { return cat; }
  @UseBefore(rateLimit({ limit: 5 })) @Post("/picture") picture(@UploadedFile("file") file: any) { return 1; }
  @Method("search", "/by") find() { return []; }
  helper() { return 1; }
}
`,
  "src/controllers/dogs.ts": `import { Controller, Get } from "routing-controllers";
@Controller("/dogs")
export class DogsController { @Get("/") @Get("/all") all() { return "none"; } }
`,
  "src/base.ts": `import { Get } from "routing-controllers";
export class Base { @Get("/health") health() { return "ok"; } }
`,
  "src/around.ts": `import { Middleware } from "routing-controllers";
import helmet from "helmet";
@Middleware({ type: "before" })
export class Headers { use(request: any, response: any, next: any) { return helmet()(request, response, next); } }
@Middleware({ type: "after" })
export class Failures { error(error: any, request: any, response: any, next: any) { response.status(500).end(); } }
@Middleware({ type: "before" })
export class Unused { use(request: any, response: any, next: any) { response.set("x-unused", "1"); next(); } }
export class KeyGuard {
  use(request: any, response: any, next: any) {
    if (request.headers["x-api-key"] !== process.env.KEY) return response.status(401).end();
    next();
  }
}
`,
};

const read = (main: string, more: Record<string, string> = {}): Promise<Report> =>
  check({ files: memoryFiles(new Map(Object.entries({ "src/index.ts": MAIN(main), ...REST, ...more }))) });

const CATS = [
  "GET /cats KeyGuard",
  "GET /cats/mine KeyGuard CurrentUser",
  "POST /cats/new KeyGuard body-parser.json Authorized",
  "POST /cats/picture KeyGuard express-rate-limit multer",
  "SEARCH /cats/by KeyGuard",
  "GET /cats/health KeyGuard",
];
const DOGS = ["GET /dogs", "GET /dogs/all"];

const dogsWith = (middlewares: string): Promise<Report> =>
  read(`const app = createExpressServer({ controllers: [DogsController], middlewares: ${middlewares} });`);

describe("an application of routing-controllers", () => {
  for (const [what, main, routes] of [
    [
      "the routes of the controllers that it is given, each behind what its decorators name",
      "const app = createExpressServer({ controllers: [CatsController, DogsController], middlewares: [Failures] });",
      [...CATS, ...DOGS],
    ],
    [
      "no route of one that it is not given",
      "const app = createExpressServer({ controllers: [DogsController], middlewares: [Failures] });",
      DOGS,
    ],
    [
      "a prefix",
      'const app = createExpressServer({ routePrefix: "/api", controllers: [DogsController], middlewares: [Failures] });',
      DOGS.map((one) => one.replace("/", "/api/")),
    ],
    [
      "the middleware that it is given, and cors before it",
      'const app = createExpressServer({ cors: { origin: "https://a.example" }, controllers: [DogsController], middlewares: [Failures, Headers] });',
      behind(DOGS, "cors Headers helmet"),
    ],
    [
      "all that were loaded where no list is given",
      "const app = createExpressServer({ cors: false });",
      behind([...CATS, ...DOGS], "Headers helmet Unused"),
    ],
    [
      "those of the app that it is given, behind what stands there before",
      "const app = express(); app.use(express.json()); useExpressServer(app, { controllers: [DogsController], middlewares: [Failures] }); app.use(express.text());",
      behind(DOGS, "express.json"),
    ],
    [
      "those in the files of a folder",
      'const app = createExpressServer({ controllers: [path.join(__dirname, "controllers", "*.js")], middlewares: [Failures] });',
      [...CATS, ...DOGS],
    ],
    [
      "those in the files of a folder once they are compiled",
      'const app = createExpressServer({ controllers: ["dist/controllers/d*.js"], middlewares: [Failures] });',
      DOGS,
    ],
  ] as const)
    it(`has ${what}`, async () => {
      const report = await read(main);
      assert.deepEqual(routesOf(report).toSorted(), [...routes].toSorted());
      assert.deepEqual(report.notAnalysed, []);
    });

  it("has no route of a file that nobody loads, nor of decorators of the project's own", async () => {
    const report = await read("const app = createExpressServer();", {
      "src/lost.ts": REST["src/controllers/dogs.ts"].replaceAll("dogs", "lost"),
      "src/own.ts": `export const Controller = (path: string) => (cls: any) => cls;\nexport const Get = Controller;`,
      "src/like.ts": `import { Controller, Get } from "./own";\n@Controller("/like")\nexport class Like { @Get("/") all() {} }`,
    });
    assert.ok(routesOf(report).length > 0);
    assert.ok(routesOf(report).every((one) => !/lost|like/.test(one)));
  });

  for (const [what, main, reason] of [
    [
      "its controllers",
      "createExpressServer({ controllers: settings.controllers, middlewares: [Failures] })",
      /some controllers/,
    ],
    ["its options", "createExpressServer(settings)", /some controllers/],
    [
      "a folder that is not there",
      'createExpressServer({ controllers: ["away/*.js"], middlewares: [Failures] })',
      /some controllers/,
    ],
  ] as const)
    it(`says what is not known: ${what}`, async () => {
      const { notAnalysed } = await read(`const app = ${main};`);
      assert.ok(
        notAnalysed.some((one) => reason.test(one.reason)),
        JSON.stringify(notAnalysed),
      );
    });

  it("has no missing header while its middlewares are not known", async () => {
    const unknown = await dogsWith("settings.middlewares");
    assert.ok(!unknown.findings.some(({ rule }) => rule === "headers/none"));
    assert.ok(unknown.notChecked.some(({ rule }) => rule === "headers/none"));
    assert.ok((await dogsWith("[Failures]")).findings.some(({ rule }) => rule === "headers/none"));
  });
});
