/**
 * What the request gate costs: CPU time of the server process for a page and for a form, behind `hauberk()` as it is and
 * with the layers of origin/, limit/ and csrf/ taken out of it, in interleaved rounds. The gate calls no kernel, so the
 * goals are for the time in the program; the kernel's time for the same answer varies by more. Writes bench/gate-cost.json.
 * `node scripts/with-runtime.mjs bench/gate-cost.ts [rounds] [requests]`
 */
import process from "node:process";
import express, { type Application, type RequestHandler } from "express";
import { hauberk } from "../packages/hauberk/src/hauberk.ts";
import { contextOf } from "../packages/hauberk/src/internal/context.ts";
import { memoryStore } from "../packages/hauberk/src/session/memory.ts";
import { type Cost, costOf, median, serveVariant, startVariant, VARIANT, writeCosts } from "./cost.ts";

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
    const router = app.router as unknown as { stack: { readonly name: string; handle: RequestHandler }[] };
    const rest = router.stack.filter((layer) => !GATE.has(layer.name));
    if (rest.length !== router.stack.length - GATE.size) throw new Error("the layers have other names");
    router.stack = rest;
    // Known beforehand, so that both send the headers of an answer over https.
    const [first] = rest;
    if (first === undefined) throw new Error("nothing is left");
    const { handle } = first;
    first.handle = function withScheme(req, res, next) {
      contextOf(req).scheme = "https";
      return handle(req, res, next);
    };
  },
  gate: protect,
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
  serveVariant(app);
}

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 60);
  const requests = Number(process.argv[3] ?? 1600);
  const execArgv = [...process.execArgv, "--conditions=source"];
  const servers = await Promise.all(
    Object.keys(VARIANTS).map(async (name) => startVariant(import.meta.url, name, { execArgv })),
  );
  const costs = new Map<string, Cost[]>();
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [method, text] of Object.entries(REQUESTS)) {
      for (const server of servers) {
        const cost = await costOf(server, text, requests, PAGE);
        const key = `${method} ${server.name}`;
        if (round >= 0) costs.set(key, [...(costs.get(key) ?? []), cost]);
      }
    }
  }
  for (const { child } of servers) child.disconnect();
  report(costs, { rounds, requests });
}

function report(costs: ReadonlyMap<string, readonly Cost[]>, counts: object): void {
  const results = Object.keys(REQUESTS).map((method) => {
    const [without, gate] = [costs.get(`${method} without`) ?? [], costs.get(`${method} gate`) ?? []];
    // Of each round: both were measured within the same seconds.
    const added = (of: keyof Cost): readonly number[] =>
      gate.map((cost, round) => cost[of] - (without[round]?.[of] ?? Number.NaN));
    const addedUser = added("userMicros");
    return {
      method,
      goalMicros: GOALS_MICROS[method],
      addedMicros: rounded(median(addedUser)),
      addedFrom: rounded(Math.min(...addedUser)),
      addedTo: rounded(Math.max(...addedUser)),
      addedWithKernelMicros: rounded(median(added("totalMicros"))),
      withoutMicros: rounded(median(without.map((cost) => cost.userMicros))),
      gateMicros: rounded(median(gate.map((cost) => cost.userMicros))),
    };
  });
  for (const result of results) console.log(JSON.stringify(result));
  writeCosts("gate-cost", "node scripts/with-runtime.mjs bench/gate-cost.ts", { ...counts, results });
}

function rounded(micros: number): number {
  return Math.round(micros * 10) / 10;
}
