// One process of an application with a login: `process.send` gives its port, then, when asked, how many guesses reached the hash and how often the store failed.
import { scryptSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import express from "express";
import { onSecurityEvent } from "../../../packages/hauberk/src/events/index.ts";
import { hauberk } from "../../../packages/hauberk/src/hauberk.ts";
import { loginGuard } from "../../../packages/hauberk/src/limit/index.ts";
import { postgresLimitStore } from "../../../packages/hauberk/src/limit/postgres.ts";
import { redisLimitStore } from "../../../packages/hauberk/src/limit/redis.ts";
import { sqliteLimitStore } from "../../../packages/hauberk/src/limit/sqlite.ts";
import type { LimitStore } from "../../../packages/hauberk/src/limit/store.ts";
import { memoryStore } from "../../../packages/hauberk/src/session/memory.ts";
import { postgresPool, redisClient } from "../../../packages/hauberk/test/session/stores.ts";
import { HOST, ORIGIN, SECRET } from "../../../packages/hauberk/test/gate.ts";

async function openStore(kind: string, place: string): Promise<LimitStore> {
  if (kind === "redis") return redisLimitStore({ client: await redisClient(Number(place)) });
  if (kind === "postgres") {
    const pool = postgresPool(Number(place), 10_000);
    // All ten connections at once: opening them is no part of what is measured.
    await Promise.all(Array.from({ length: 10 }, async () => pool.query("SELECT pg_sleep(0.1)")));
    return postgresLimitStore({ pool });
  }
  return sqliteLimitStore({ file: place, busyTimeoutMs: 5000 });
}

const [kind = "sqlite", place = ""] = process.argv.slice(2);
const guard = loginGuard({
  secrets: [SECRET],
  insecureHttpCookies: true,
  store: await openStore(kind, place),
});
let hashed = 0;
let storeFailures = 0;
onSecurityEvent((event) => {
  if (event.name === "limit.store-failed") storeFailures += 1;
});

/** Stands for the expensive hash: what is measured is how often it is asked. */
function isRight(password: string): boolean {
  hashed += 1;
  return scryptSync(password, "salt", 16, { N: 2 }).equals(scryptSync("right", "salt", 16, { N: 2 }));
}

const app = express();
hauberk(app, {
  origins: [ORIGIN],
  secrets: [SECRET],
  session: { store: memoryStore() },
  limit: false,
  insecureHttpCookies: true,
});
app.post("/login", (req, res, next) => {
  const { account = "", password = "" } = req.body as Record<string, string>;
  const attempt = async (): Promise<void> => {
    const begun = await guard.begin(req, account);
    if (!isRight(password)) return void res.status(401).send("wrong");
    await req.session.login(account);
    await begun.succeeded();
    res.send(`welcome to ${HOST}`);
  };
  attempt().catch(next);
});
const server = createServer(app).listen(0, "127.0.0.1", () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
process.on("message", () => process.send?.({ hashed, storeFailures }));
process.on("disconnect", () => process.exit());
