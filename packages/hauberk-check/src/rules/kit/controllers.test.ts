import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../../check.ts";
import { memoryFiles } from "../../files/project-files.ts";

const NEST = `import { Body, Controller, Get, Headers, Param, ParseIntPipe, Post, Query, Req, Res } from "@nestjs/common";`;
const MANIFEST =
  '{"name":"shop","dependencies":{"@nestjs/core":"10.4.1","@nestjs/common":"10.4.1","express":"4.21.2"}}';

/** A controller with this method; `run` starts a program. */
const controller = (method: string): string =>
  `${NEST}
import { exec } from "node:child_process";
import { SearchDto } from "./search.dto";
import { JobsService } from "./jobs.service";
import { parse } from "./parse.pipe";
@Controller("jobs")
export class JobsController {
  constructor(private readonly jobs: JobsService) {}
${method}
}
`;

const OTHERS = {
  "jobs.service.ts": `import { Injectable } from "@nestjs/common";
import { exec } from "node:child_process";
@Injectable()
export class JobsService {
  start(name: string) { exec("job " + name); }
  stop(name: string) { return name.length; }
}
`,
  "stop.service.ts": `import { exec } from "node:child_process";
export class Stopper {
  stop(name: string) { exec("stop " + name); }
}
`,
  "search.dto.ts": `import { IsIn, IsInt, IsString, IsUUID } from "class-validator";
export class SearchDto {
  @IsString() name: string;
  @IsIn(["asc", "desc"]) order: string;
  @IsUUID() id: string;
  size: number;
}
`,
  "parse.pipe.ts": "export const parse = { transform: (value: string) => Number(value) };\n",
};

async function commandsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const report = await check({
    files: memoryFiles(new Map(Object.entries({ "package.json": MANIFEST, ...files }))),
    only: ["inject/command"],
  });
  return report.findings.map((one) => `${one.place?.file ?? ""}: ${one.message}`);
}

describe("request data in a controller", () => {
  for (const [what, method, part] of [
    ["a named part of the query", '@Get() run(@Query("name") name: string) { exec("ls " + name); }', "query"],
    ["the whole query", '@Get() run(@Query() query: any) { exec("ls " + query.name); }', "query"],
    ["a named part of the body", '@Post() run(@Body("dir") dir: string) { exec(`ls ${dir}`); }', "body"],
    ["the whole body", '@Post() run(@Body() body) { exec("ls " + body.dir); }', "body"],
    ["a field of a class", '@Post() run(@Body() dto: SearchDto) { exec("ls " + dto.name); }', "body"],
    ["a parameter of the path", '@Get(":id") run(@Param("id") id: string) { exec("ls " + id); }', "params"],
    ["a header", '@Get() run(@Headers("x-dir") dir: string) { exec("ls " + dir); }', "headers"],
    ["the request itself", '@Get() run(@Req() r: any) { exec("ls " + r.query.dir); }', "query"],
    [
      "the second of two",
      '@Post() run(@Param("id", ParseIntPipe) id: number, @Body("dir") dir: string) { exec("ls " + dir); }',
      "body",
    ],
    [
      "an asynchronous method",
      '@Get() async run(@Query("name") name: string) { await 1; exec("ls " + name); }',
      "query",
    ],
    [
      "a list of routes",
      '@Get(["a", "b"]) run(@Query("name") name: string) { exec("ls " + name); }',
      "query",
    ],
  ] as const)
    it(`is found in ${what}`, async () => {
      assert.deepEqual(await commandsIn({ ...OTHERS, "jobs.controller.ts": controller(method) }), [
        `jobs.controller.ts: req.${part} is part of the command.`,
      ]);
    });

  for (const [what, method] of [
    ["a number", '@Get() run(@Query("n") n: number) { exec("ls " + n); }'],
    ["what a pipe parsed", '@Get(":id") run(@Param("id", ParseIntPipe) id: any) { exec("ls " + id); }'],
    ["what a pipe of the project parsed", '@Get() run(@Query("n", parse) n: any) { exec("ls " + n); }'],
    [
      "a path that lets only digits through",
      '@Get(":id(\\\\d+)") run(@Param("id") id: string) { exec("ls " + id); }',
    ],
    ["a field that is one of a list", '@Post() run(@Body() dto: SearchDto) { exec("ls " + dto.order); }'],
    ["a field that is a UUID", '@Post() run(@Body() dto: SearchDto) { exec("ls " + dto.id); }'],
    ["a field that is a number", '@Post() run(@Body() dto: SearchDto) { exec("ls " + dto.size); }'],
    [
      "the same, taken apart",
      '@Post() run(@Body() { order, size }: SearchDto) { exec("ls " + order + size); }',
    ],
    ["a method nobody routes to", 'run(@Query("name") name: string) { exec("ls " + name); }'],
    ["a parameter without a decorator", "@Get() run(name: string) { exec('ls ' + name); }"],
  ] as const)
    it(`is not seen in ${what}`, async () => {
      assert.deepEqual(await commandsIn({ ...OTHERS, "jobs.controller.ts": controller(method) }), []);
    });

  it("is followed into the service a container hands over, whatever else has a method of the name", async () => {
    const start = controller('@Post() go(@Body("name") name: string) { this.jobs.start(name); }');
    const stop = controller('@Post() go(@Body("name") name: string) { this.jobs.stop(name); }');
    assert.equal((await commandsIn({ ...OTHERS, "jobs.controller.ts": start })).length, 1);
    assert.deepEqual(await commandsIn({ ...OTHERS, "jobs.controller.ts": stop }), []);
  });

  for (const [from, head, method] of [
    [
      "routing-controllers",
      'import { JsonController, Get, QueryParam } from "routing-controllers";\n@JsonController()',
      '@Get("/") run(@QueryParam("dir") dir: string)',
    ],
    [
      "tsoa",
      'import { Controller, Get, Query, Route } from "tsoa";\n@Route("jobs")',
      "@Get() public async run(@Query() dir?: string)",
    ],
    [
      "inversify-express-utils",
      'import { controller, httpGet, queryParam } from "inversify-express-utils";\n@controller("/jobs")',
      '@httpGet("/") run(@queryParam("dir") dir: string)',
    ],
    [
      "@tsed/common",
      'import { Controller, Get, QueryParams } from "@tsed/common";\n@Controller("/jobs")',
      '@Get("/") run(@QueryParams("dir") dir: string)',
    ],
  ] as const)
    it(`is found where ${from} makes the routes`, async () => {
      const text = `${head}\nexport class Jobs { ${method} { require("child_process").exec("ls " + dir); } }\n`;
      assert.deepEqual(await commandsIn({ "jobs.ts": text }), ["jobs.ts: req.query is part of the command."]);
    });

  it("is not seen behind decorators of the same names from elsewhere", async () => {
    const own = controller('@Get() run(@Query("name") name: string) { exec("ls " + name); }');
    const files = { ...OTHERS, "jobs.controller.ts": own.replace("@nestjs/common", "./own-decorators") };
    assert.deepEqual(await commandsIn(files), []);
  });
});
