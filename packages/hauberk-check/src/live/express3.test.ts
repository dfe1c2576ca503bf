import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";

type Handler = (req: Request3, res: Response3, next: (error?: unknown) => void) => void;
interface Request3 {
  readonly body: Readonly<Record<string, string>>;
  readonly session: Record<string, unknown>;
  readonly csrfToken?: () => string;
}
interface Response3 {
  readonly send: (status: number | string, body?: string) => void;
  readonly set: (headers: object) => void;
}
type App3 = RequestListener & {
  readonly use: (handler: unknown) => void;
  readonly get: (path: string, handler: Handler) => void;
  readonly post: (path: string, handler: Handler) => void;
  readonly disable: (name: string) => void;
  readonly router: unknown;
};
type Make = (options?: unknown) => unknown;
const express3 = createRequire(import.meta.url)("express3") as (() => App3) & Readonly<Record<string, Make>>;
const make = (name: string, options?: unknown): unknown => express3[name]?.(options);

const FORM = (token: string): string =>
  `<form method=post action=/note><input type=hidden name=_csrf value="${token}"><input name=text></form>`;

/** What Express's own generator of 2013 wrote, and nothing since. */
function asGenerated(): App3 {
  const app = express3();
  app.use(make("bodyParser"));
  app.use(make("cookieParser", "keyboard cat"));
  app.use(make("session"));
  app.use(app.router);
  app.use(make("errorHandler"));
  app.get("/", (req, res) => {
    req.session["seen"] = true;
    res.send(FORM("none"));
  });
  app.post("/note", (req, res) => {
    res.send(`noted ${String(Object.keys(req.body).length)}`);
  });
  return app;
}

const headers: Handler = (_req, res, next) => {
  res.set({ "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" });
  next();
};

function asItShouldBe(): App3 {
  const app = express3();
  app.disable("x-powered-by");
  app.use(headers);
  app.use(make("urlencoded"));
  app.use(make("cookieParser", "7b1f0e52c9d84a6e93c5"));
  app.use(make("session", { key: "sid", cookie: { httpOnly: true, secure: false } }));
  app.use(make("csrf"));
  app.use(app.router);
  app.use((_error: unknown, _req: unknown, res: Response3, _next: unknown) => {
    res.send(403, "Refused");
  });
  app.get("/", (req, res) => {
    res.send(FORM(req.csrfToken?.() ?? ""));
  });
  app.post("/note", (_req, res) => {
    res.send("noted");
  });
  return app;
}

const RULES = [
  "csrf/cross-origin-accepted",
  "error/stack-exposed",
  "fingerprint/x-powered-by",
  "headers/nosniff",
  "session/known-secret",
];

for (const [name, app, wanted] of [
  ["finds what is wrong with an app of Express 3 as it was generated", asGenerated(), RULES],
  ["is silent about the same of an app of Express 3 that does it right", asItShouldBe(), []],
] as const) {
  it(name, async () => {
    const server = createServer(app);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    try {
      const report = await check({
        files: memoryFiles(new Map()),
        source: false,
        only: RULES,
        live: { url, allowWrites: true },
      });
      assert.deepEqual(report.notAnalysed, []);
      assert.deepEqual([...new Set(report.findings.map((one) => one.rule))].toSorted(), wanted);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}
