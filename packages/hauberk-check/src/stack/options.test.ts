import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { project } from "../../test/kit/project.ts";
import { check } from "../check.ts";
import { readAtHand } from "./at-hand.ts";
import type { StackFunction, StackLayer, StackValue } from "./facts.ts";

const require = createRequire(import.meta.url);
type Make = (...args: readonly unknown[]) => unknown;
type Application = ((...args: readonly unknown[]) => unknown) & { use: Make; post: Make };
const load = (name: string): Make & Record<string, Make> => require(name) as Make & Record<string, Make>;
const EXPRESS = { 3: "express3", 4: "express4", 5: "express" } as const;
type Major = keyof typeof EXPRESS;

const SECRET = "not-to-be-told-0123456789-abcdefghij";
const measured: StackValue = {
  $secret: { length: SECRET.length, distinct: new Set(SECRET).size, known: false },
};

/** What is read of one middleware that is mounted in an app of this Express. */
async function read(major: Major, middleware: unknown): Promise<StackFunction> {
  const app = load(EXPRESS[major])() as Application;
  app.use(middleware);
  const { layers } = await readAtHand(app);
  const [fn] = layers.flatMap((one: StackLayer) => one.functions);
  assert.ok(fn !== undefined);
  return fn;
}

/** The value at a path such as `0.cookie.secure` in what was read. */
function valueAt(args: readonly StackValue[] | undefined, path: string): StackValue | undefined {
  let value: unknown = args;
  for (const key of path.split(".")) {
    const holder = value as { $object?: Record<string, unknown> } & Record<string, unknown>;
    value = holder.$object === undefined ? holder[key] : holder.$object[key];
  }
  return value as StackValue | undefined;
}

/** What a package's named function returns. */
const call = (name: string, maker: string, ...args: readonly unknown[]): Record<string, unknown> => {
  const make = load(name)[maker];
  assert.ok(make !== undefined, `${name} has no ${maker}`);
  return make(...args) as Record<string, unknown>;
};

const made = (getSecret: unknown, more: object = {}): unknown =>
  call("csrf-csrf", "doubleCsrf", { getSecret, getSessionIdentifier: () => "a", ...more })[
    "doubleCsrfProtection"
  ];

function onlyImages(): void {
  // Nothing is uploaded here.
}

function byUser(): string {
  return "a";
}

const ALL: readonly Major[] = [3, 4, 5];
const NONE: StackValue = { $undefined: true };

const ROWS: readonly [
  name: string,
  versions: readonly Major[],
  make: (major: Major) => unknown,
  wanted: Readonly<Record<string, StackValue>>,
][] = [
  [
    "express-session's defaults",
    ALL,
    () => load("express-session")({ secret: SECRET, resave: false, saveUninitialized: false }),
    {
      "0.secret": [measured],
      "0.cookie.httpOnly": true,
      "0.cookie.secure": NONE,
      "0.cookie.sameSite": NONE,
      "0.saveUninitialized": false,
      "0.store": { $class: "MemoryStore", package: "express-session" },
    },
  ],
  [
    "express.session of Express 3",
    [3],
    () => load("express3")["session"]?.({ secret: SECRET, cookie: { secure: true } }),
    { "0.secret": [measured], "0.cookie.secure": true, "0.cookie.httpOnly": true },
  ],
  [
    "cookie-session's options",
    ALL,
    () => load("cookie-session")({ name: "s", keys: [SECRET], secure: true, sameSite: "lax" }),
    { "0.name": "s", "0.keys": [measured], "0.secure": true, "0.sameSite": "lax", "0.httpOnly": true },
  ],
  ["cookie-parser's secret", ALL, () => load("cookie-parser")(SECRET), { "0": [measured] }],
  [
    "csurf's defaults",
    ALL,
    () => load("csurf")(),
    { "0.ignoreMethods": ["GET", "HEAD", "OPTIONS"], "0.sessionKey": "session" },
  ],
  [
    "csrf-csrf's options",
    ALL,
    () => made(() => SECRET, { ignoredMethods: ["GET", "POST"], cookieOptions: { secure: false } }),
    {
      "0.ignoredMethods": ["GET", "POST"],
      "0.cookieOptions.secure": false,
      "0.cookieOptions.sameSite": "strict",
      "0.getSecret": measured,
    },
  ],
  [
    "a secret of csrf-csrf that depends on the request, without asking for it",
    [5],
    () => made((_request: unknown) => assert.fail("it was called")),
    { "0.getSecret": { $unknown: "a secret that depends on the request" } },
  ],
  [
    "a secret of csrf-csrf that cannot be fetched",
    [5],
    () =>
      made(() => {
        throw new Error(SECRET);
      }),
    { "0.getSecret": { $unknown: "a secret that could not be fetched" } },
  ],
  [
    "csrf-sync's defaults",
    ALL,
    () => call("csrf-sync", "csrfSync")["csrfSynchronisedProtection"],
    { "0.ignoredMethods": ["GET", "HEAD", "OPTIONS"], "0.size": 128 },
  ],
  [
    "multer without options",
    ALL,
    () => (load("multer")() as { any: Make }).any(),
    { "0.limits": NONE, "0.fileFilter": NONE, "0.dest": NONE },
  ],
  [
    "multer's limits, filter and folder",
    ALL,
    () =>
      (
        load("multer")({
          dest: "/tmp/hauberk-check-uploads",
          limits: { fileSize: 1_000 },
          fileFilter: onlyImages,
        }) as { single: Make }
      ).single("picture"),
    {
      "0.limits.fileSize": 1_000,
      "0.fileFilter": { $function: "onlyImages" },
      "0.dest": "/tmp/hauberk-check-uploads",
    },
  ],
  [
    "express-jwt's options",
    ALL,
    () => load("express-jwt")["expressjwt"]?.({ secret: SECRET, algorithms: ["HS256"] }),
    { "0.secret": measured, "0.algorithms": ["HS256"], "0.credentialsRequired": true },
  ],
  [
    "cors's options",
    ALL,
    () => load("cors")({ origin: true, credentials: true }),
    { "0.origin": true, "0.credentials": true },
  ],
  [
    "cors's options that are computed",
    [5],
    () => load("cors")((_req: unknown, done: Make) => done(undefined, {})),
    { "0": { $unknown: "the options are computed for each request" } },
  ],
  [
    "what express-rate-limit counts by when it was not told",
    ALL,
    () => load("express-rate-limit")({ limit: 5, windowMs: 1_000 }),
    { "0.limit": 5, "0.windowMs": 1_000, "0.keyGenerator": NONE },
  ],
  [
    "what express-rate-limit was told to count by",
    ALL,
    () => load("express-rate-limit")({ limit: 5, keyGenerator: byUser }),
    { "0.keyGenerator": { $function: "byUser" } },
  ],
  ["compression's threshold", ALL, () => load("compression")({ threshold: 5 }), { "0.threshold": 5 }],
  [
    "method-override's methods",
    ALL,
    () => load("method-override")("_method", { methods: ["POST", "GET"] }),
    { "1.methods": ["POST", "GET"] },
  ],
  [
    "the limit of a JSON parser in bytes",
    [4, 5],
    (major) => load(EXPRESS[major])["json"]?.({ limit: "2mb" }),
    { "0.limit": 2_097_152 },
  ],
  [
    "a JSON parser, which has nothing to extend",
    [4, 5],
    (major) => load(EXPRESS[major])["json"]?.(),
    { "0.extended": NONE },
  ],
  [
    "a form parser that gives objects",
    [4, 5],
    (major) => load(EXPRESS[major])["urlencoded"]?.({ extended: true }),
    { "0.extended": true },
  ],
  [
    "a form parser that gives text",
    [4, 5],
    (major) => load(EXPRESS[major])["urlencoded"]?.({ extended: false }),
    { "0.extended": false },
  ],
  [
    "a form parser of body-parser 1 by its default",
    [4],
    (major) => load(EXPRESS[major])["urlencoded"]?.(),
    { "0.extended": true },
  ],
  [
    "a form parser of body-parser 2 by its default",
    [5],
    (major) => load(EXPRESS[major])["urlencoded"]?.(),
    { "0.extended": false },
  ],
  [
    "a JSON parser that also takes what forms of other sites send",
    [4, 5],
    (major) => load(EXPRESS[major])["json"]?.({ type: "*/*" }),
    { "0.type": ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] },
  ],
  [
    "the folder of static files",
    ALL,
    (major) => load(EXPRESS[major])["static"]?.("/srv-public", { dotfiles: "allow" }),
    { "0": "/srv-public", "1.dotfiles": "allow" },
  ],
];

describe("options in effect", () => {
  for (const [name, versions, make, wanted] of ROWS) {
    for (const major of versions) {
      it(`are read for ${name} in Express ${String(major)}`, async () => {
        const { args } = await read(major, make(major));
        for (const [path, want] of Object.entries(wanted)) assert.deepEqual(valueAt(args, path), want, path);
        assert.equal(JSON.stringify(args).includes(SECRET), false);
      });
    }
  }
});

describe("helmet", () => {
  for (const name of ["helmet", "helmet5"]) {
    it(`is known in ${name} by the headers it sends`, async () => {
      const { headers, removesPoweredBy } = await read(5, load(name)());
      assert.match(headers?.["content-security-policy"] ?? "", /frame-ancestors/);
      assert.equal(headers?.["x-content-type-options"], "nosniff");
      assert.equal(removesPoweredBy, true);
    });
  }
});

const GUARD = `const express = require("express");
const session = require("express-session");
const guard = require("strict-doorman");
const app = module.exports = express();
app.use(session({ secret: process.env.S ?? "x".repeat(50), resave: false, saveUninitialized: false }));
app.use(guard());
app.post("/pay", (req, res) => res.send("paid"));
`;
const doorman = (test: string): string => `module.exports = () => function doorman(req, res, next) {
  if (${test}) { res.statusCode = 403; res.end("no"); } else next();
};`;

describe("protection of a package that no table knows", () => {
  for (const [name, test, isFound] of [
    [
      "is known by what it refuses",
      'req.method !== "GET" && req.headers["sec-fetch-site"] === "cross-site"',
      false,
    ],
    [
      "is not protection when it only looks at the origin",
      'req.headers.origin === "https://evil.example"',
      true,
    ],
    ["is not protection when it refuses everybody", 'req.headers["sec-fetch-site"] !== "same-origin"', true],
  ] as const) {
    it(name, async () => {
      using folder = project(5, {
        "app.js": GUARD,
        "node_modules/strict-doorman/package.json": '{ "name": "strict-doorman", "version": "1.0.0" }',
        "node_modules/strict-doorman/index.js": doorman(test),
      });
      const report = await check({
        folder: folder.root,
        app: "app.js",
        source: false,
        only: ["csrf/missing"],
        appTimeoutMs: 60_000,
      });
      assert.deepEqual(report.notAnalysed, []);
      assert.deepEqual(
        report.findings.map((one) => one.rule),
        isFound ? ["csrf/missing"] : [],
      );
    });
  }
});

const unknown = (body: string): unknown =>
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- stands for code of any package
  new Function(`return ${body}`)();

describe("middleware that no table knows", () => {
  it("is known for headers by what it sends, whatever it is called", async () => {
    const fn = unknown('function (req, res, next) { res.setHeader("X-Frame-Options", "DENY"); next(); }');
    assert.deepEqual((await read(5, fn)).headers, { "x-frame-options": "DENY" });
  });
  it("that answers the request shows nothing", async () => {
    const fn = unknown('function (req, res, next) { res.setHeader("X-Frame-Options", "DENY"); res.end(); }');
    assert.equal((await read(5, fn)).headers, undefined);
  });
  it("that throws, or never goes on, does no harm", async () => {
    for (const body of [
      'function (req, res, next) { res.setHeader("a", "b"); throw new Error("no"); }',
      'function (req, res, next) { res.setHeader("a", "b"); }',
      'async function (req, res, next) { res.setHeader("a", "b"); throw new Error("no"); }',
    ])
      assert.equal((await read(5, unknown(body))).headers, undefined);
  });
});
