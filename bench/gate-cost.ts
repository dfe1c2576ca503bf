/**
 * What the request gate costs: CPU time of the server process for a page and for a form, behind `hauberk()` as it is and
 * with the steps of origin/, limit/ and csrf/ taken out of it, in interleaved rounds (see inside.ts). Writes bench/gate-cost.json.
 * `node scripts/with-runtime.mjs bench/gate-cost.ts [rounds] [requests]`
 */
import process from "node:process";
import express, { type Application, type RequestHandler } from "express";
import { hauberk } from "../packages/hauberk/src/hauberk.ts";
import { contextOf } from "../packages/hauberk/src/internal/context.ts";
import { inOrder, type Ordered } from "../packages/hauberk/src/internal/in-order.ts";
import { memoryStore } from "../packages/hauberk/src/session/memory.ts";
import { VARIANT, writeCosts } from "./cost.ts";
import { priceInside, serveInside, startInside, undisturbed } from "./inside.ts";

const PAGE = `<!doctype html><title>Bench</title><p>${"x".repeat(1150)}</p>`;
const ORIGIN = "https://app.example";
const FORM = "title=Groceries&text=milk+and+bread";
const HEAD = "Host: app.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n";

const REQUESTS: Readonly<Record<string, string>> = {
  GET: `GET / HTTP/1.1\r\n${HEAD}\r\n`,
  POST: `POST / HTTP/1.1\r\n${HEAD}Origin: ${ORIGIN}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n${FORM}`,
};
const WARM_UP_ROUNDS = 20;
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
  const rounds = Number(process.argv[2] ?? 150);
  const requests = Number(process.argv[3] ?? 1600);
  const servers = await Promise.all(
    Object.keys(VARIANTS).map(async (name) => startInside(import.meta.url, name)),
  );
  const costs = new Map<string, number[]>();
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [method, request] of Object.entries(REQUESTS)) {
      for (const server of servers) {
        const cost = await priceInside(server, { request, requests, ending: PAGE });
        const key = `${method} ${server.name}`;
        if (round >= 0) costs.set(key, [...(costs.get(key) ?? []), cost]);
      }
    }
  }
  for (const { child } of servers) child.disconnect();
  report(costs, { rounds, requests });
}

function report(costs: ReadonlyMap<string, readonly number[]>, counts: object): void {
  const results = Object.keys(REQUESTS).map((method) => {
    const [without, gate] = [costs.get(`${method} without`) ?? [], costs.get(`${method} gate`) ?? []];
    return {
      method,
      goalMicros: GOALS_MICROS[method],
      addedMicros: rounded(undisturbed(gate) - undisturbed(without)),
      withoutMicros: rounded(undisturbed(without)),
      gateMicros: rounded(undisturbed(gate)),
    };
  });
  for (const result of results) console.log(JSON.stringify(result));
  writeCosts("gate-cost", "node scripts/with-runtime.mjs bench/gate-cost.ts", { ...counts, results });
}

function rounded(micros: number): number {
  return Math.round(micros * 10) / 10;
}
