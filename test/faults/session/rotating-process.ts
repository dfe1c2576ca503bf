import express, { type Request } from "express";
import { z } from "zod";
import { hauberk } from "../../../packages/hauberk/src/hauberk.ts";
import "../../../packages/hauberk/src/express.ts";
import { keyRing } from "../../../packages/hauberk/src/keys/ring.ts";
import { postgresStore } from "../../../packages/hauberk/src/session/postgres.ts";
import { redisStore } from "../../../packages/hauberk/src/session/redis.ts";
import { ORIGIN } from "../../../packages/hauberk/test/gate.ts";
import { postgresPool, redisClient } from "../../../packages/hauberk/test/session/stores.ts";

const user = { n: z.number().optional() };
const text = z.string().optional();
const list = z.array(z.string()).optional();

/** What three releases of the application keep. Each takes what the one before it and the one after it write. */
const SCHEMAS = {
  /** The cart is a text; of `n` nothing is said yet. */
  text: z.looseObject({ cart: text }),
  /** Takes both, and changes neither: the release before is still running. */
  both: z.object({ ...user, cart: z.union([text, list]) }),
  /** Makes a list of a text. */
  list: z.object({
    ...user,
    cart: z.preprocess((cart) => (typeof cart === "string" ? cart.split(",") : cart), list),
  }),
};
export type Release = keyof typeof SCHEMAS;

/** One process of a release. Arguments: kind of store, port of its server, release; the key ring is in APP_SECRETS. */
const [kind = "", port = "0", release = "text"] = process.argv.slice(2);
const store =
  kind === "redis"
    ? redisStore({ client: await redisClient(Number(port)) })
    : postgresStore({ pool: postgresPool(Number(port), 400) });

const app = express();
app.set("env", "test");
const secure = hauberk(app, {
  origins: [ORIGIN],
  secrets: keyRing(process.env["APP_SECRETS"]),
  session: { store, storeTimeoutMs: 500, schema: SCHEMAS[release as Release] },
  limit: false,
  insecureHttpCookies: true,
});

function stateOf({ session }: Request): object {
  const values = session as unknown as Record<string, unknown>;
  return { user: session.userId ?? null, n: values["n"], cart: values["cart"] };
}

app.get("/state", (req, res) => void res.json({ ...stateOf(req), token: res.locals.csrftoken }));
app.post("/login/:user", async (req, res) => {
  await req.session.login(req.params.user);
  Object.assign(req.session, { cart: "bread,salt" });
  res.send("in");
});
app.post("/odd", (req, res) => {
  Object.assign(req.session, { n: "many" });
  res.send("odd");
});
app.post("/save/:n", (req, res) => {
  Object.assign(req.session, { n: Number(req.params.n) });
  res.json(stateOf(req));
});

const { url } = await secure.listen({ port: 0, overload: false, insecureServeAsRoot: true });
process.send?.({ port: Number(new URL(url).port) });
