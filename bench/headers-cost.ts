/**
 * What the header set costs: CPU time of the server process for each answer, bare Express against helmet against
 * `headers()`, in interleaved rounds (see inside.ts). `node scripts/with-runtime.mjs bench/headers-cost.ts [rounds] [requests]`
 */
import process from "node:process";
import express, { type Application } from "express";
import helmet from "helmet";
import { headers } from "../packages/hauberk/src/headers/index.ts";
import { VARIANT, writeCosts } from "./cost.ts";
import { priceInside, serveInside, startInside, undisturbed } from "./inside.ts";

const PAGE = `<!doctype html><title>Bench</title><p>${"x".repeat(1150)}</p>`;
const WARM_UP_ROUNDS = 20;
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

const VARIANTS: Readonly<Record<string, (app: Application) => void>> = {
  bare: () => undefined,
  helmet: (app) => void app.use(helmet()),
  headers: (app) => void app.use(headers()),
};

if (VARIANT === undefined) await compare();
else serve(VARIANT);

function serve(variant: string): void {
  const app = express();
  app.disable("x-powered-by");
  VARIANTS[variant]?.(app);
  app.get("/", (_req, res) => void res.send(PAGE));
  serveInside(app);
}

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 150);
  const requests = Number(process.argv[3] ?? 1600);
  const names = Object.keys(VARIANTS);
  const servers = await Promise.all(names.map(async (name) => startInside(import.meta.url, name)));
  const costs = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const server of servers) {
      const micros = await priceInside(server, { request: REQUEST, requests, ending: PAGE });
      if (round >= 0) costs.get(server.name)?.push(micros);
    }
  }
  for (const { child } of servers) child.disconnect();
  writeResult(costs, { rounds, requests });
}

function writeResult(costs: ReadonlyMap<string, readonly number[]>, work: object): void {
  const micros = Object.fromEntries([...costs].map(([name, rounds]) => [name, undisturbed(rounds)]));
  const { bare = 0, helmet: helmets = 0, headers: ours = 0 } = micros;
  const result = {
    ...work,
    microsPerRequest: micros,
    addedByHelmet: helmets - bare,
    addedByHauberk: ours - bare,
    ratio: (ours - bare) / (helmets - bare),
  };
  console.log(JSON.stringify(result, null, 2));
  writeCosts("headers-cost", "npm run bench:headers", result);
}
