/**
 * What the request gate costs: CPU time of the server process for a page and for a form, behind `hauberk()` as it is and
 * with the layers of origin/, limit/ and csrf/ taken out of it, in interleaved rounds. Writes bench/gate-cost.json.
 * `node scripts/with-runtime.mjs bench/gate-cost.ts [rounds] [requests]`
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import process from "node:process";
import express, { type Application } from "express";
import { hauberk } from "../packages/hauberk/src/hauberk.ts";
import { memoryStore } from "../packages/hauberk/src/session/memory.ts";
import { costOf, median, serveVariant, startVariant, VARIANT } from "./cost.ts";

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
    const router = app.router as unknown as { stack: { readonly name: string }[] };
    const rest = router.stack.filter((layer) => !GATE.has(layer.name));
    if (rest.length !== router.stack.length - GATE.size) throw new Error("the layers have other names");
    router.stack = rest;
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
  const rounds = Number(process.argv[2] ?? 7);
  const requests = Number(process.argv[3] ?? 10_000);
  const execArgv = [...process.execArgv, "--conditions=source"];
  const servers = await Promise.all(
    Object.keys(VARIANTS).map(async (name) => startVariant(import.meta.url, name, { execArgv })),
  );
  const costs = new Map<string, number[]>();
  for (let round = -1; round < rounds; round++) {
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

function report(costs: ReadonlyMap<string, readonly number[]>, counts: object): void {
  const results = Object.keys(REQUESTS).map((method) => {
    const [without, gate] = [costs.get(`${method} without`) ?? [], costs.get(`${method} gate`) ?? []];
    // Of each round: both were measured within the same seconds.
    const added = gate.map((micros, round) => micros - (without[round] ?? Number.NaN));
    return {
      method,
      goalMicros: GOALS_MICROS[method],
      addedMicros: rounded(median(added)),
      // What the machine does beside this only ever adds: the fastest rounds are nearest to what the code costs.
      addedFastestMicros: rounded(Math.min(...gate) - Math.min(...without)),
      addedFrom: rounded(Math.min(...added)),
      addedTo: rounded(Math.max(...added)),
      withoutMicros: rounded(median(without)),
      gateMicros: rounded(median(gate)),
    };
  });
  for (const result of results) console.log(JSON.stringify(result));
  const date = new Date().toISOString().slice(0, 10);
  const machine = { node: process.version, date, loadAverage: Math.round(loadavg()[0] ?? 0) };
  const command = "node scripts/with-runtime.mjs bench/gate-cost.ts";
  const text = JSON.stringify({ command, machine, ...counts, results }, undefined, 2);
  writeFileSync(new URL("gate-cost.json", import.meta.url), `${text}\n`);
}

function rounded(micros: number): number {
  return Math.round(micros * 10) / 10;
}
