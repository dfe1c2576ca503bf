import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { routesOf as allRoutesOf } from "../../test/kit/route-lines.ts";

const read = (router: string, version = "11.0.0"): Promise<Report> => {
  const files = {
    "package.json": `{"name":"x","dependencies":{"express":"4.21.2","@trpc/server":"${version}"}}`,
    "src/trpc.ts": `import { initTRPC, TRPCError } from "@trpc/server";
const t = initTRPC.context().create();
export const { router, mergeRouters, procedure } = t;
export const logged = t.procedure.use(({ next, path }) => { console.log(path); return next(); });
export const mine = logged.use(t.middleware(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next();
}));
export const unseen = t.procedure.use(require(process.env.GUARD));
`,
    "src/server.ts": `import express from "express";
import session from "express-session";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { z } from "zod";
import { logged, mergeRouters, mine, procedure, router, unseen } from "./trpc";
const people = router({
  list: logged.query(() => []),
  remove: mine.input(z.object({ id: z.string() })).mutation(({ input }) => input.id),
});
const app = express();
app.use(session({ secret: process.env.SECRET }));
app.use("/trpc", createExpressMiddleware({ router: ${router} }));
app.listen(3000);
`,
  };
  return check({ files: memoryFiles(new Map(Object.entries(files))) });
};

/** Behind the session that all of them pass. */
const routesOf = (report: Report): readonly string[] =>
  allRoutesOf(report).map((one) => one.replace(/^(\S+ \S+) \S+/, "$1"));

describe("procedures of tRPC behind Express", () => {
  for (const [what, router, routes] of [
    [
      "are routes, each behind what it asks",
      "people",
      ["GET /trpc/list body-parser.json", "POST /trpc/remove body-parser.json UNAUTHORIZED"],
    ],
    [
      "are those of routers below it",
      "router({ people, ping: procedure.query(() => 1) })",
      [
        "GET /trpc/people.list body-parser.json",
        "POST /trpc/people.remove body-parser.json UNAUTHORIZED",
        "GET /trpc/ping body-parser.json",
      ],
    ],
    [
      "are those of merged routers",
      "mergeRouters(people, router({ ping: procedure.query(() => 1) }))",
      [
        "GET /trpc/list body-parser.json",
        "POST /trpc/remove body-parser.json UNAUTHORIZED",
        "GET /trpc/ping body-parser.json",
      ],
    ],
    [
      "may be guarded by what is not known",
      "router({ go: unseen.mutation(() => 1) })",
      ["POST /trpc/go body-parser.json unknown"],
    ],
    ["are none that are pushed over a socket", "router({ news: procedure.subscription(() => 1) })", []],
  ] as const)
    it(what, async () => {
      const report = await read(router);
      assert.deepEqual(routesOf(report).toSorted(), [...routes].toSorted());
      assert.deepEqual(report.notAnalysed, []);
    });

  for (const router of [
    "require(process.env.ROUTER)",
    "router({ ...require(process.env.ROUTER) })",
    "router({ a: globalThis.a })",
  ])
    it(`are not checked where they are not known: ${router}`, async () => {
      const { notAnalysed } = await read(router);
      assert.ok(notAnalysed.some(({ reason }) => /some procedures of tRPC/.test(reason)));
    });

  it("take no form of another site since its version 11", async () => {
    for (const [version, isTold] of [
      ["10.45.2", true],
      ["^11.4.0", false],
    ] as const) {
      const { findings } = await read("people", version);
      assert.equal(
        findings.some(({ rule }) => rule === "csrf/missing"),
        isTold,
        version,
      );
    }
  });
});
