/**
 * What the header set costs: CPU time of the server process for each answer, bare Express against helmet against
 * `headers()`, in interleaved rounds. `node scripts/with-runtime.mjs bench/headers-cost.ts [rounds] [requests]`
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import process from "node:process";
import express, { type Application } from "express";
import helmet from "helmet";
import { headers } from "../packages/hauberk/src/headers/index.ts";
import { costOf, median, serveVariant, startVariant, VARIANT } from "./cost.ts";

const PAGE = `<!doctype html><title>Bench</title><p>${"x".repeat(1150)}</p>`;
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
  serveVariant(app);
}

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 5);
  const requests = Number(process.argv[3] ?? 20_000);
  const names = Object.keys(VARIANTS);
  const execArgv = [...process.execArgv, "--conditions=source"];
  const servers = await Promise.all(
    names.map(async (name) => startVariant(import.meta.url, name, { execArgv })),
  );
  const costs = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const server of servers) {
      const cost = await costOf(server, REQUEST, requests, PAGE);
      if (round >= 0) costs.get(server.name)?.push(cost);
    }
  }
  for (const { child } of servers) child.disconnect();
  writeResult(costs, { rounds, requests });
  const bare = median(costs.get("bare") ?? []);
  for (const [name, values] of costs) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const added = median(values) - bare;
    console.log(
      `${name.padEnd(8)} median ${median(values).toFixed(1)} us, ${low.toFixed(1)} to ${high.toFixed(1)}, added ${added.toFixed(1)} us`,
    );
  }
}

function writeResult(costs: ReadonlyMap<string, readonly number[]>, work: object): void {
  const of = (name: string): number => median(costs.get(name) ?? []);
  const ratios = (costs.get("bare") ?? []).map((bare, round) => {
    const added = (name: string): number => (costs.get(name)?.[round] ?? Number.NaN) - bare;
    return added("headers") / added("helmet");
  });
  const result = {
    command: "npm run bench:headers",
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    loadAverage: Math.round(loadavg()[0] ?? 0),
    ...work,
    cpuMicrosPerRequest: { bare: of("bare"), helmet: of("helmet"), headers: of("headers") },
    addedByHelmet: of("helmet") - of("bare"),
    addedByHauberk: of("headers") - of("bare"),
    ratio: (of("headers") - of("bare")) / (of("helmet") - of("bare")),
    ratioByRound: ratios,
  };
  writeFileSync(new URL("headers-cost.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
}
