import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import type { Report } from "../report/finding.ts";
import { roleOf } from "./roles.ts";
import { routesOf } from "../../test/kit/route-lines.ts";

const DEPENDENCIES = (version: string): string =>
  `{"name":"x","dependencies":{"@nestjs/core":"${version}","@nestjs/platform-express":"${version}"}}`;

const MAIN = (more: string, create = "AppModule"): string => `
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import helmet from "helmet";
import { AppModule } from "./app.module";
const server = express();
async function bootstrap() {
  const app = await NestFactory.create(${create});
  ${more}
  await app.listen(3000);
}
bootstrap();
`;

const MODULE = (options: string, body = ""): string => `
import { forwardRef, Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { ThrottlerGuard } from "@nestjs/throttler";
import helmet from "helmet";
import { CatsController } from "./cats";
import { CatsModule, OpenModule } from "./cats.module";
import { AuthGuard } from "./guard";
@Module(${options})
export class AppModule { ${body} }
`;

const REST = {
  "cats.ts": `import { Controller, Get, Post, UseGuards } from "@nestjs/common";
import { AuthGuard } from "./guard";
@Controller("cats")
export class CatsController {
  @Get() all() { return []; }
  @UseGuards(AuthGuard) @Post(["new", "add"]) add() { return 1; }
}
`,
  "cats.module.ts": `import { forwardRef, Module } from "@nestjs/common";
import { CatsController } from "./cats";
import { AppModule } from "./app.module";
@Module({ imports: [forwardRef(() => AppModule)], controllers: [CatsController] })
export class CatsModule {}
@Module({ controllers: [CatsController] })
export class OpenModule { static register() { return { module: OpenModule, providers: [] }; } }
`,
  "guard.ts": "export class AuthGuard { canActivate() { return false; } }\n",
};

function read(main: string, module: string, version = "11.1.9"): Promise<Report> {
  const files = { "package.json": DEPENDENCIES(version), "main.ts": main, "app.module.ts": module, ...REST };
  return check({ files: memoryFiles(new Map(Object.entries(files))) });
}

const PLAIN = ["GET /cats", "POST /cats/new AuthGuard", "POST /cats/add AuthGuard"];

describe("an application of NestJS", () => {
  for (const [what, main, module, routes] of [
    ["its controllers' routes", MAIN(""), MODULE("{ controllers: [CatsController] }"), PLAIN],
    ["those of a module it imports", MAIN(""), MODULE("{ imports: [CatsModule] }"), PLAIN],
    [
      "those of modules that import each other",
      MAIN(""),
      MODULE("{ imports: [forwardRef(() => CatsModule)] }"),
      PLAIN,
    ],
    ["those of a module that is configured", MAIN(""), MODULE("{ imports: [OpenModule.register()] }"), PLAIN],
    ["those of two modules once", MAIN(""), MODULE("{ imports: [CatsModule, OpenModule] }"), PLAIN],
    ["no route of a controller that no module has", MAIN(""), MODULE("{}"), []],
    [
      "a prefix",
      MAIN('app.setGlobalPrefix("/api/v1");'),
      MODULE("{ controllers: [CatsController] }"),
      ["GET /api/v1/cats", "POST /api/v1/cats/new AuthGuard", "POST /api/v1/cats/add AuthGuard"],
    ],
    [
      "middleware in front of them, wherever it stands",
      MAIN("app.enableCors({ origin: 'https://a.example' }); app.use(helmet());"),
      MODULE("{ controllers: [CatsController] }"),
      [
        "GET /cats cors helmet",
        "POST /cats/new cors helmet AuthGuard",
        "POST /cats/add cors helmet AuthGuard",
      ],
    ],
    [
      "what its options switch on",
      MAIN("", "AppModule, { cors: true }"),
      MODULE("{ controllers: [CatsController] }"),
      ["GET /cats cors", "POST /cats/new cors AuthGuard", "POST /cats/add cors AuthGuard"],
    ],
    [
      "guards of the whole application",
      MAIN("app.useGlobalGuards(new AuthGuard());").replace(
        '"./app.module";',
        '"./app.module";\nimport { AuthGuard } from "./guard";',
      ),
      MODULE(
        "{ controllers: [CatsController], providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] }",
      ),
      [
        "GET /cats AuthGuard ThrottlerGuard",
        "POST /cats/new AuthGuard ThrottlerGuard AuthGuard",
        "POST /cats/add AuthGuard ThrottlerGuard AuthGuard",
      ],
    ],
    [
      "the Express app it is given",
      MAIN("", "AppModule, new ExpressAdapter(server)").replace(
        "async function",
        "server.use(helmet());\nasync function",
      ),
      MODULE("{ controllers: [CatsController] }"),
      ["GET /cats helmet", "POST /cats/new helmet AuthGuard", "POST /cats/add helmet AuthGuard"],
    ],
  ] as const)
    it(`has ${what}`, async () => {
      assert.deepEqual(routesOf(await read(main, module)), routes);
    });

  it("is none of Express on top of Fastify", async () => {
    const main = MAIN("", "AppModule, new FastifyAdapter()").replace("const server = express();", "");
    assert.deepEqual(routesOf(await read(main, MODULE("{ controllers: [CatsController] }"))), []);
  });

  it("runs on the Express of its version", async () => {
    for (const [version, express] of [
      ["10.4.1", 4],
      ["^9.0.0", 4],
      ["11.1.9", 5],
    ] as const)
      assert.equal(
        (await read(MAIN(""), MODULE("{ controllers: [CatsController] }"), version)).apps.find(
          ({ routes }) => routes.length > 0,
        )?.express,
        express,
        version,
      );
  });

  it("has no missing header while a module may apply middleware", async () => {
    const body = 'configure(consumer: any) { consumer.apply(helmet()).forRoutes("*"); }';
    const report = await read(MAIN(""), MODULE("{ controllers: [CatsController] }", body));
    assert.ok(!report.findings.some(({ rule }) => rule === "headers/none"));
    assert.ok(report.notChecked.some(({ rule }) => rule === "headers/none"));
    const without = await read(MAIN(""), MODULE("{ controllers: [CatsController] }"));
    assert.ok(without.findings.some(({ rule }) => rule === "headers/none"));
  });
});

describe("what is not known of an application of NestJS", () => {
  for (const [what, main, module, reason] of [
    [
      "its root",
      MAIN("", "require(process.env.ROOT)"),
      MODULE("{}"),
      /which modules NestJS was given is not known/,
    ],
    [
      "a module",
      MAIN(""),
      MODULE("{ imports: [require(process.env.EXTRA)] }"),
      /a module or controller in `AppModule`/,
    ],
    ["a list of modules", MAIN(""), MODULE("{ imports: [...require(process.env.EXTRA)] }"), /in `AppModule`/],
    ["its controllers", MAIN(""), MODULE("{ controllers: globalThis.controllers }"), /in `AppModule`/],
  ] as const)
    it(`is named: ${what}`, async () => {
      const { notAnalysed } = await read(main, module);
      assert.ok(
        notAnalysed.some((one) => reason.test(one.reason)),
        JSON.stringify(notAnalysed),
      );
    });

  it("is nothing in modules of packages", async () => {
    const { notAnalysed } = await read(
      MAIN(""),
      MODULE('{ imports: [require("@nestjs/config").ConfigModule.forRoot()] }'),
    );
    assert.deepEqual(notAnalysed, []);
  });

  it("is which of two modules is taken: both are read", async () => {
    const module = MODULE("{ imports: [process.env.OPEN ? OpenModule : CatsModule] }");
    assert.deepEqual(routesOf(await read(MAIN(""), module)), PLAIN);
  });
});

const cats = (head: string, method: string): string =>
  `import { Controller, Get, UseGuards } from "@nestjs/common";
import { AuthGuard } from "./guard";
import { Auth, Public, SkipThrottle } from "./own";
@Controller("cats")
${head}
export class CatsController { ${method} all() { return []; } }
`;

describe("guards in front of a route", () => {
  const module = MODULE(
    "{ controllers: [CatsController], providers: [{ provide: APP_GUARD, useClass: AuthGuard }, { provide: APP_GUARD, useClass: ThrottlerGuard }] }",
  );
  for (const [what, head, method, passed] of [
    ["hold", "", "@Get()", "AuthGuard ThrottlerGuard"],
    ["are asked in vain where the method is public", "", "@Public() @Get()", "AuthGuard? ThrottlerGuard"],
    ["are asked in vain where the class is public", "@Public()", "@Get()", "AuthGuard? ThrottlerGuard"],
    ["limit nothing where that is said", "@SkipThrottle()", "@Get()", "AuthGuard ThrottlerGuard?"],
    [
      "hold where they stand on the class",
      "@UseGuards(AuthGuard)",
      "@Get()",
      "AuthGuard ThrottlerGuard AuthGuard",
    ],
    [
      "may stand in a decorator of the project's",
      "",
      '@Auth("admin") @Get()',
      "AuthGuard ThrottlerGuard unknown",
    ],
  ] as const)
    it(what, async () => {
      const files = {
        "package.json": DEPENDENCIES("11.1.9"),
        "main.ts": MAIN(""),
        "app.module.ts": module,
        ...REST,
        "cats.ts": cats(head, method),
        "own.ts":
          "export const Public = () => () => {};\nexport const Auth = (...roles) => () => {};\nexport const SkipThrottle = () => () => {};\n",
      };
      const report = await check({ files: memoryFiles(new Map(Object.entries(files))) });
      const [route] = report.apps.flatMap(({ routes }) => routes);
      const shown = route?.passes.map(
        ({ name, role, conditional }) => `${name || role}${conditional ? "?" : ""}`,
      );
      assert.equal(shown?.join(" "), passed);
    });
});

describe("modules of NestJS that never end", () => {
  const chain = Array.from(
    { length: 5_000 },
    (_, i) => `@Module({ imports: [M${String(i)}] }) class M${String(i + 1)} {}`,
  );
  for (const [what, text] of [
    [
      "one that holds itself",
      "const x: any = {}; x.module = x;\n@Module({ imports: [x] }) export class AppModule {}",
    ],
    [
      "a reference to itself",
      "const f = () => forwardRef(f);\n@Module({ imports: [forwardRef(f)] }) export class AppModule {}",
    ],
    [
      "one that imports itself",
      "@Module({ imports: [forwardRef(() => AppModule)] }) export class AppModule {}",
    ],
    [
      "five thousand in a row",
      `@Module({}) class M0 {}\n${chain.join("\n")}\n@Module({ imports: [M5000], controllers: [CatsController] }) export class AppModule {}`,
    ],
  ] as const)
    it(`end: ${what}`, async () => {
      const head = `import { forwardRef, Module } from "@nestjs/common";\nimport { CatsController } from "./cats";\n`;
      const report = await read(MAIN(""), head + text);
      assert.deepEqual(routesOf(report), text.includes("CatsController") ? PLAIN : []);
      assert.ok(
        report.notAnalysed.every(({ reason }) => /is not known: its routes are not checked/.test(reason)),
      );
    });
});

describe("the name of a guard", () => {
  for (const [guard, role] of [
    ["ThrottlerGuard", "rate-limit"],
    ["UserThrottleGuard", "rate-limit"],
    ["RateLimitGuard", "rate-limit"],
    ["CorporateGuard", "auth"],
    ["ModerateGuard", "auth"],
    ["JwtGuard", "auth"],
  ] as const)
    it(`says what it is for: ${guard}`, () => {
      assert.equal(roleOf(`@nestjs/common.UseGuards.${guard}`)?.role, role);
    });
});
