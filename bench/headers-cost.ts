/**
 * What the header set costs: CPU time of the server process for each answer, bare Express against helmet against
 * `headers()`, in interleaved rounds. Neither calls the kernel, whose time varies by more, so the time in the program is
 * compared. `node scripts/with-runtime.mjs bench/headers-cost.ts [rounds] [requests]`
 */
import process from "node:process";
import express, { type Application } from "express";
import helmet from "helmet";
import { headers } from "../packages/hauberk/src/headers/index.ts";
import { costOf, median, serveVariant, startVariant, VARIANT, writeCosts } from "./cost.ts";

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
  serveVariant(app);
}

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 60);
  const requests = Number(process.argv[3] ?? 1600);
  const names = Object.keys(VARIANTS);
  const execArgv = [...process.execArgv, "--conditions=source"];
  const servers = await Promise.all(
    names.map(async (name) => startVariant(import.meta.url, name, { execArgv })),
  );
  const costs = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const server of servers) {
      const { userMicros } = await costOf(server, REQUEST, requests, PAGE);
      if (round >= 0) costs.get(server.name)?.push(userMicros);
    }
  }
  for (const { child } of servers) child.disconnect();
  writeResult(costs, { rounds, requests });
}

/** What each round of a variant took more than the bare one's. */
function addedBy(name: string, costs: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const bare = costs.get("bare") ?? [];
  return (costs.get(name) ?? []).map((cost, round) => cost - (bare[round] ?? Number.NaN));
}

function writeResult(costs: ReadonlyMap<string, readonly number[]>, work: object): void {
  const [helmets, ours] = [addedBy("helmet", costs), addedBy("headers", costs)];
  const result = {
    ...work,
    userMicrosPerRequest: Object.fromEntries([...costs].map(([name, each]) => [name, median(each)])),
    addedByHelmet: median(helmets),
    addedByHauberk: median(ours),
    ratio: median(ours) / median(helmets),
  };
  console.log(JSON.stringify(result, null, 2));
  writeCosts("headers-cost", "npm run bench:headers", result);
}
