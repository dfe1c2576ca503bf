import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../../check.ts";
import { memoryFiles } from "../../files/project-files.ts";

const MANIFEST =
  '{"name":"shop","dependencies":{"express":"4.21.2","@trpc/server":"11.0.0","@ts-rest/express":"3.52.0","zod":"4.1.12"}}';

async function commandsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const report = await check({
    files: memoryFiles(new Map(Object.entries({ "package.json": MANIFEST, ...files }))),
    only: ["inject/command"],
  });
  return report.findings.map((one) => `${one.place?.file ?? ""}: ${one.message}`);
}

const TRPC = `import { initTRPC } from "@trpc/server";
const t = initTRPC.create();
export const { router, procedure } = t;
`;
const SHAPES = `import { z } from "zod";
export const Job = z.object({ name: z.string().min(1), id: z.uuid(), size: z.number(), kind: z.enum(["a", "b"]) });
`;
const procedure = (code: string): Readonly<Record<string, string>> => ({
  "trpc.ts": TRPC,
  "shapes.ts": SHAPES,
  "jobs.ts": `import { exec } from "node:child_process";
import { z } from "zod";
import { procedure, router } from "./trpc";
import { Job } from "./shapes";
import { start } from "./start";
const named = procedure.input(Job);
${code}
`,
  "start.ts":
    'import { exec } from "node:child_process";\nexport const start = (name: string) => exec("job " + name);\n',
  "app.ts": `import express from "express";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { router } from "./trpc";
import * as jobs from "./jobs";
const app = express();
app.use("/trpc", createExpressMiddleware({ router: router(jobs) }));
app.listen(3000);
`,
});
const FOUND = "jobs.ts: tRPC data is part of the command.";

describe("the input of a procedure", () => {
  for (const [what, code, found] of [
    [
      "is a text where a schema says no more",
      'export const run = procedure.input(z.object({ name: z.string() })).query(({ input }) => exec("job " + input.name));',
      FOUND,
    ],
    [
      "is one as a whole",
      'export const run = procedure.input(z.string().trim()).mutation(({ input }) => exec("job " + input));',
      FOUND,
    ],
    [
      "is taken apart",
      'export const run = procedure.input(Job.partial()).query(async ({ ctx, input: { name } }) => exec("job " + name));',
      FOUND,
    ],
    [
      "is a field of what the function is given",
      'export const run = named.use(({ next }) => next()).query((opts) => exec("job " + opts.input.name));',
      FOUND,
    ],
    [
      "is followed into functions of the project",
      "export const run = named.mutation(({ input }) => start(input.name));",
      "start.ts: tRPC data is part of the command.",
    ],
    [
      "is anything where nothing is said of it",
      'export const run = procedure.input(z.any()).mutation(({ input }) => exec("job " + input.name));',
      FOUND,
    ],
    [
      "is extended",
      'export const run = procedure.input(Job.extend({ host: z.string().optional() })).query(({ input }) => exec("job " + input.host));',
      FOUND,
    ],
    ["is no id", 'export const run = named.query(({ input }) => exec("job " + input.id));', undefined],
    [
      "is no number",
      'export const run = named.query(({ input: { size } }) => exec("job " + size));',
      undefined,
    ],
    [
      "is no word of a list",
      'export const run = named.query(({ input }) => exec("job " + input.kind));',
      undefined,
    ],
    [
      "is none that fits a pattern",
      'export const run = procedure.input(z.object({ name: z.string().regex(/^[a-z]+$/) })).query(({ input }) => exec("job " + input.name));',
      undefined,
    ],
    [
      "is none that something refines",
      'export const run = procedure.input(Job.refine((one) => one.name === "a")).query(({ input }) => exec("job " + input.name));',
      undefined,
    ],
    [
      "is not known where a function of the project looks at it",
      'export const run = procedure.input((value: unknown) => String(value)).query(({ input }) => exec("job " + input));',
      undefined,
    ],
    [
      "is not there without a schema",
      'export const run = procedure.query(({ input }) => exec("job " + input));',
      undefined,
    ],
    [
      "is none of another library's",
      'import { client } from "./client";\nexport const run = client.query(({ input }) => exec("job " + input));',
      undefined,
    ],
    [
      "is not the context",
      'export const run = named.query(({ ctx }) => exec("job " + ctx.name));',
      undefined,
    ],
  ] as const)
    it(what, async () => {
      assert.deepEqual(await commandsIn(procedure(code)), found === undefined ? [] : [found]);
    });
});

const contract = (handlers: string): Readonly<Record<string, string>> => ({
  "contract.ts": `import { initContract } from "@ts-rest/core";
import { z } from "zod";
const c = initContract();
export const contract = c.router({
  read: { method: "GET", path: "/jobs/:name", query: z.object({ host: z.string(), page: z.coerce.number() }) },
  known: { method: "GET", path: "/known/:id", pathParams: z.object({ id: z.uuid() }) },
  add: { method: "POST", path: "/jobs", body: c.type<{ name: string }>() },
  inner: c.router({ stop: { method: "POST", path: "/stop", body: z.object({ name: z.string() }) } }),
});
`,
  "app.ts": `import express from "express";
import { exec } from "node:child_process";
import { initServer, createExpressEndpoints } from "@ts-rest/express";
import { contract } from "./contract";
const app = express();
const s = initServer();
const router = s.router(contract, { ${handlers} });
createExpressEndpoints(contract, router, app);
app.listen(3000);
`,
});

describe("what a contract hands over", () => {
  for (const [what, handlers, part] of [
    ["is a part of the path", 'read: async ({ params }) => exec("a" + params.name)', "params"],
    ["is a field of the query", 'read: async ({ query: { host } }) => exec("a" + host)', "query"],
    ["is anything where a type alone describes it", 'add: async ({ body }) => exec("a" + body.name)', "body"],
    [
      "is handed to a function behind middlewares",
      'add: { middleware: [], handler: async ({ body }) => exec("a" + body.name) }',
      "body",
    ],
    ["is given to a method", 'async read({ params: { name } }) { exec("a" + name); }', "params"],
    ["is that of contracts below it", 'inner: { stop: async ({ body }) => exec("a" + body.name) }', "body"],
    ["is a field of the one parameter", 'read: async (given) => exec("a" + given.params.name)', "params"],
    ["is no id of the path", 'known: async ({ params }) => exec("a" + params.id)', undefined],
    ["is no number of the query", 'read: async ({ query }) => exec("a" + query.page)', undefined],
    [
      "is nothing of a route that nobody knows",
      'other: async ({ params }) => exec("a" + params.name)',
      undefined,
    ],
    ["is not what the contract does not name", 'read: async ({ body }) => exec("a" + body.name)', undefined],
    ["is not the answer", 'read: async ({ res }) => exec("a" + res.name)', undefined],
  ] as const)
    it(what, async () => {
      const found = part === undefined ? [] : [`app.ts: req.${part} is part of the command.`];
      assert.deepEqual(await commandsIn(contract(handlers)), found);
    });
});
