import type { Application } from "express";
import { postgresStore } from "../../../packages/hauberk/src/session/postgres.ts";
import { redisStore } from "../../../packages/hauberk/src/session/redis.ts";
import { serve } from "../../../packages/hauberk/test/session/app.ts";
import { postgresPool, redisClient } from "../../../packages/hauberk/test/session/stores.ts";
import "../../../packages/hauberk/src/express.ts";

/** One process of an app of several; tells its parent the port. Arguments: kind of store, port of its server. */
const [kind = "", port = "0"] = process.argv.slice(2);
const store =
  kind === "redis"
    ? redisStore({ client: await redisClient(Number(port)) })
    : postgresStore({ pool: postgresPool(Number(port), 400) });

function routes(app: Application): void {
  app.get("/start", (req, res) => {
    Reflect.set(req.session, "n", 0);
    res.send("0");
  });
  app.get("/set/:n", (req, res) => {
    Reflect.set(req.session, "n", Number(req.params.n));
    res.send(req.params.n);
  });
  app.get("/n", (req, res) => void res.send(String(Reflect.get(req.session, "n"))));
}

const served = await serve(routes, { store, storeTimeoutMs: 500 });
process.send?.({ port: served.port });
