import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { routesOf } from "../../test/kit/route-lines.ts";

const SERVER = (body: string, head = "class Api extends Server"): string => `
import { Server } from "@overnightjs/core";
import express from "express";
import helmet from "helmet";
import * as all from "./controllers";
import { CatsController, DogsController, limit, signedIn } from "./controllers";
${head} {
${body}
  start() { this.app.listen(3000); }
}
new Api().start();
`;

const CONTROLLERS = `import { All, ChildControllers, ClassMiddleware, ClassWrapper, Controller, Delete, Get, Middleware, Post } from "@overnightjs/core";
import rateLimit from "express-rate-limit";
import asyncHandler from "express-async-handler";
export const limit = rateLimit({ limit: 5 });
export function signedIn(req: any, res: any, next: any) { if (!req.session.userId) return res.status(401).end(); next(); }
@Controller("cats")
export class CatsController {
  @Get() all(req: any, res: any) { res.json([]); }
  @Post("new") @Middleware([limit, signedIn]) async add(req: any, res: any) { await 1; res.json({}); }
  helper() {}
}
@Controller("toys")
@ClassWrapper(asyncHandler)
export class ToysController { @Get(":id") async one(req: any, res: any) { res.json(await find(req.params.id)); } }
@Controller("api/dogs")
@ClassMiddleware(signedIn)
@ChildControllers([new ToysController()])
export class DogsController { @Delete(":id") remove(req: any, res: any) { res.end(); } }
`;

const read = (server: string): Promise<Report> => {
  const files = {
    "package.json": '{"name":"x","dependencies":{"express":"4.21.2","@overnightjs/core":"1.7.6"}}',
    "src/server.ts": server,
    "src/controllers.ts": CONTROLLERS,
  };
  return check({ files: memoryFiles(new Map(Object.entries(files))) });
};

const CATS = ["GET /cats helmet", "POST /cats/new helmet express-rate-limit signedIn"];
const DOGS = ["DELETE /api/dogs/:id helmet signedIn", "GET /api/dogs/toys/:id helmet signedIn"];

describe("an application of @overnightjs/core", () => {
  for (const [what, server, routes] of [
    [
      "the routes of the controllers it adds, those below them too",
      SERVER(
        "constructor() { super(); this.app.use(helmet()); super.addControllers([new CatsController(), new DogsController()]); this.app.use(express.json()); }",
      ),
      [...CATS, ...DOGS],
    ],
    [
      "those of one, added by another method",
      SERVER(
        "constructor() { super(true); this.app.use(helmet()); this.add(); } private add() { this.addControllers(new CatsController()); }",
      ),
      CATS,
    ],
    [
      "a middleware for all of them",
      SERVER(
        "constructor() { super(); this.app.use(helmet()); super.addControllers([new CatsController()], undefined, limit); }",
      ),
      CATS.map((one) => one.replace("helmet", "helmet express-rate-limit")),
    ],
    [
      "what its parent sets up",
      SERVER(
        "constructor() { super(); super.addControllers(new CatsController()); }",
        "class Base extends Server { constructor() { super(); this.app.use(helmet()); } }\nclass Api extends Base",
      ),
      CATS,
    ],
    [
      "what the method that it replaces sets up",
      SERVER(
        "setUp() { super.setUp(); this.addControllers(new CatsController()); }",
        "class Base extends Server { constructor() { super(); this.setUp(); } setUp() { this.app.use(helmet()); } }\nclass Api extends Base",
      ),
      CATS,
    ],
    ["none that it does not add", SERVER("constructor() { super(); }"), []],
    [
      "none where its parent is another server",
      SERVER("constructor() { super(); this.addControllers([new CatsController()]); }").replace(
        "@overnightjs/core",
        "./own",
      ),
      [],
    ],
  ] as const)
    it(`has ${what}`, async () => {
      assert.deepEqual(routesOf(await read(server)).toSorted(), [...routes].toSorted());
    });

  it("says that some controllers are not known", async () => {
    const report = await read(
      SERVER(
        "constructor() { super(); this.addControllers(Object.values(all).map((One: any) => new One())); }",
      ),
    );
    assert.ok(report.notAnalysed.some(({ reason }) => /some controllers/.test(reason)));
  });

  it("does not wait for what its methods promise, unless something is put around them", async () => {
    const report = await read(
      SERVER("constructor() { super(); this.addControllers([new CatsController(), new DogsController()]); }"),
    );
    const found = report.findings.filter(({ rule }) => rule === "dos/unhandled-async");
    assert.deepEqual(
      found.map(({ place, message }) => [place?.line, message]),
      [[9, "This handler awaits without catching."]],
    );
  });
});
