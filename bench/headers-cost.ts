/**
 * What the header set costs: CPU time of the server process for each answer, bare Express against helmet and against
 * `headers()`, in interleaved rounds (see inside.ts). `node scripts/with-runtime.mjs bench/headers-cost.ts [sets] [rounds] [requests]`
 *
 * helmet is there twice: as it comes, which sends fewer headers and a policy that is the same in every answer, and set up as
 * its README says to send what `headers()` sends, a fresh nonce included. The second is the same answer; it is checked to be.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type Application, type Response } from "express";
import helmet from "helmet";
import { headers } from "../packages/hauberk/src/headers/index.ts";
import { buildPermissions } from "../packages/hauberk/src/headers/permissions.ts";
import { VARIANT, writeCosts } from "./cost.ts";
import { addedBy, priceVariants, readWork, serveInside } from "./inside.ts";

const PAGE = `<!doctype html><title>Bench</title><p>${"x".repeat(1150)}</p>`;
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

const VARIANTS: Readonly<Record<string, (app: Application) => void>> = {
  bare: () => undefined,
  helmet: (app) => void app.use(helmet()),
  sameByHelmet,
  headers: (app) => void app.use(headers()),
};

function nonce(_req: unknown, res: unknown): string {
  return `'nonce-${String((res as Response).locals["nonce"])}'`;
}

/** The answer of `headers()` made with helmet, its nonce by the recipe of helmet's README. */
function sameByHelmet(app: Application): void {
  const permissions = buildPermissions(undefined, "bench");
  app.use((_req, res, next) => {
    res.locals["nonce"] = randomBytes(18).toString("base64url");
    res.setHeader("Permissions-Policy", permissions);
    res.setHeader("Cache-Control", "no-store");
    next();
  });
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'", nonce, "'strict-dynamic'"],
          styleSrc: ["'self'", nonce],
          imgSrc: ["'self'", "data:"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      crossOriginEmbedderPolicy: true,
      strictTransportSecurity: false,
      xDownloadOptions: false,
      xFrameOptions: { action: "deny" },
      xXssProtection: false,
    }),
  );
}

if (VARIANT === undefined) await compare();
else serve(VARIANT);

function serve(variant: string): void {
  serveInside(appOf(variant));
}

function appOf(variant: string): Application {
  const app = express();
  app.disable("x-powered-by");
  VARIANTS[variant]?.(app);
  app.get("/", (_req, res) => {
    // As a page with a script does; without it the policy of `headers()` would have no nonce.
    void res.locals["cspNonce"];
    res.send(PAGE);
  });
  return app;
}

async function sentBy(variant: string): Promise<Record<string, string>> {
  const server = appOf(variant).listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
  const sent = Object.fromEntries(answer.headers);
  delete sent["date"];
  const policy = sent["content-security-policy"] ?? "";
  return {
    ...sent,
    "content-security-policy": policy.replaceAll(/'nonce-[\w-]{24}'/g, "'nonce'").replaceAll("; ", ";"),
  };
}

async function compare(): Promise<void> {
  assert.deepEqual(await sentBy("sameByHelmet"), await sentBy("headers"));
  const work = readWork();
  const names = Object.keys(VARIANTS);
  const prices = await priceVariants(import.meta.url, names, { request: REQUEST, ending: PAGE }, work);
  const addedByHauberk = addedBy("headers", "bare", prices);
  const addedByHelmet = addedBy("helmet", "bare", prices);
  const addedForTheSame = addedBy("sameByHelmet", "bare", prices);
  const result = {
    ...work,
    microsPerRequest: Object.fromEntries(prices),
    addedByHauberk,
    addedByHelmet,
    addedForTheSame,
    ratioToHelmet: addedByHauberk.median / addedByHelmet.median,
    ratioForTheSame: addedByHauberk.median / addedForTheSame.median,
  };
  console.log(JSON.stringify(result, null, 2));
  writeCosts("headers-cost", "npm run bench:headers", result);
}
