/**
 * What the request gate costs: CPU time of the server process for a page and for a form, behind `hauberk()` as it is and
 * with the steps of origin/, limit/ and csrf/ taken out of it, in interleaved rounds (see inside.ts). Writes bench/gate-cost.json.
 * `node scripts/with-runtime.mjs bench/gate-cost.ts [sets] [rounds] [requests]`
 */
import express, { type Application, type RequestHandler } from "express";
import { hauberk } from "../packages/hauberk/src/hauberk.ts";
import { contextOf } from "../packages/hauberk/src/internal/context.ts";
import { inOrder, type Ordered } from "../packages/hauberk/src/internal/in-order.ts";
import { memoryStore } from "../packages/hauberk/src/session/memory.ts";
import { VARIANT, writeCosts } from "./cost.ts";
import { addedBy, priceVariants, readWork, serveInside } from "./inside.ts";

const PAGE = `<!doctype html><title>Bench</title><p>${"x".repeat(1150)}</p>`;
const ORIGIN = "https://app.example";
const FORM = "title=Groceries&text=milk+and+bread";
const HEAD = "Host: app.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n";

const REQUESTS: Readonly<Record<string, string>> = {
  GET: `GET / HTTP/1.1\r\n${HEAD}\r\n`,
  POST: `POST / HTTP/1.1\r\n${HEAD}Origin: ${ORIGIN}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n${FORM}`,
};
const GOALS_MICROS: Readonly<Record<string, number>> = { GET: 4, POST: 10 };

const GATE = new Set(["originMiddleware", "limitMiddleware", "csrfMiddleware", "csrfTokenMiddleware"]);

const VARIANTS: Readonly<Record<string, (app: Application) => void>> = {
  without: (app) => {
    protect(app);
    const [layer] = (app.router as unknown as { stack: { handle: Ordered }[] }).stack;
    const steps = layer?.handle.stack.map(({ handle }) => handle) ?? [];
    const rest = steps.filter(({ name }) => !GATE.has(name));
    if (layer === undefined || rest.length !== steps.length - GATE.size)
      throw new Error("the steps have other names");
    layer.handle = inOrder(knownScheme, ...rest);
  },
  gate: protect,
};

/** Known beforehand, so that both send the headers of an answer over https. */
const knownScheme: RequestHandler = (req, _res, next) => {
  contextOf(req).scheme = "https";
  next();
};

function protect(app: Application): void {
  hauberk(app, {
    origins: [ORIGIN],
    proxy: "loopback",
    secrets: ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe"],
    session: { store: memoryStore() },
    limit: { limit: 1_000_000_000, burst: 1_000_000_000 },
  });
}

if (VARIANT === undefined) await compare();
else serve(VARIANT);

function serve(variant: string): void {
  const app = express();
  app.disable("x-powered-by");
  VARIANTS[variant]?.(app);
  app.get("/", (_req, res) => void res.send(PAGE));
  app.post("/", (req, res) => void (typeof req.body === "object" ? res.send(PAGE) : res.sendStatus(500)));
  serveInside(app);
}

async function compare(): Promise<void> {
  const work = readWork();
  const results = [];
  for (const [method, request] of Object.entries(REQUESTS)) {
    const names = Object.keys(VARIANTS);
    const prices = await priceVariants(import.meta.url, names, { request, ending: PAGE }, work);
    const result = {
      method,
      goalMicros: GOALS_MICROS[method],
      addedMicros: addedBy("gate", "without", prices),
      microsPerRequest: Object.fromEntries(prices),
    };
    results.push(result);
    console.log(JSON.stringify(result));
  }
  writeCosts("gate-cost", "node scripts/with-runtime.mjs bench/gate-cost.ts", { ...work, results });
}
