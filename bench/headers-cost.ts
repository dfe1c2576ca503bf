/**
 * What the header set costs: CPU time of the server process for each answer, bare Express against helmet against
 * `headers()`, in interleaved rounds (see inside.ts). `node scripts/with-runtime.mjs bench/headers-cost.ts [sets] [rounds] [requests]`
 */
import express, { type Application } from "express";
import helmet from "helmet";
import { headers } from "../packages/hauberk/src/headers/index.ts";
import { VARIANT, writeCosts } from "./cost.ts";
import { addedBy, priceVariants, readWork, serveInside } from "./inside.ts";

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
  serveInside(app);
}

async function compare(): Promise<void> {
  const work = readWork();
  const names = Object.keys(VARIANTS);
  const prices = await priceVariants(import.meta.url, names, { request: REQUEST, ending: PAGE }, work);
  const addedByHelmet = addedBy("helmet", "bare", prices);
  const addedByHauberk = addedBy("headers", "bare", prices);
  const result = {
    ...work,
    microsPerRequest: Object.fromEntries(prices),
    addedByHelmet,
    addedByHauberk,
    ratio: addedByHauberk.median / addedByHelmet.median,
  };
  console.log(JSON.stringify(result, null, 2));
  writeCosts("headers-cost", "npm run bench:headers", result);
}
