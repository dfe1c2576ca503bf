import { createHash } from "node:crypto";
import { Agent } from "node:http";
import type { Application } from "express";
import { newSessionId } from "../../../packages/hauberk/src/session/id.ts";
import type { SessionStore } from "../../../packages/hauberk/src/session/store.ts";
import { serve, type Served } from "../../../packages/hauberk/test/session/app.ts";
import "../../../packages/hauberk/src/express.ts";

/** One connection for each of the 16 workers. */
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Waits at random, so that requests overlap in every order. */
async function aMoment(maxMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * maxMs));
}

function routes(app: Application): void {
  app.get("/anonymous", (_req, res) => void res.send("page"));
  app.get("/who", (req, res) => {
    res.json({ user: req.session.userId ?? null, keys: Object.keys(req.session) });
  });
  app.get("/login", async (req, res) => {
    await req.session.login("alice");
    res.send("in");
  });
  app.get("/logout", async (req, res) => {
    await aMoment(4);
    await req.session.logout();
    res.send("out");
  });
  app.get("/write/:key", async (req, res) => {
    Reflect.set(req.session, req.params.key, 1);
    await aMoment(8);
    res.send("written");
  });
}

export async function withApp<T>(store: SessionStore, run: (served: Served) => Promise<T>): Promise<T> {
  const served = await serve(routes, { store, storeTimeoutMs: 10_000 });
  try {
    return await run(served);
  } finally {
    await served.close();
  }
}

async function login(served: Served): Promise<string> {
  const { sid } = await served.ask("/login");
  if (sid === undefined) throw new Error("no cookie after the login");
  return sid;
}

async function who(served: Served, sid: string): Promise<{ user: string | null; keys: string[] }> {
  return JSON.parse((await served.ask("/who", { sid })).body) as { user: string | null; keys: string[] };
}

/** A logout beside five requests that write to the same session. How many sessions live on? */
export async function logoutRaces(served: Served, races: number): Promise<number> {
  let revived = 0;
  for (let race = 0; race < races; race++) {
    const sid = await login(served);
    const writes = ["a", "b", "c", "d", "e"].map(async (key) => served.ask(`/write/${key}`, { sid }));
    await Promise.all([served.ask("/logout", { sid }), ...writes]);
    if ((await who(served, sid)).user !== null) revived++;
  }
  return revived;
}

/** Rounds of 30 requests that each write a key of their own. How many of the writes are there afterwards? */
export async function parallelWrites(served: Served, rounds: number): Promise<number> {
  let kept = 0;
  for (let round = 0; round < rounds; round++) {
    const sid = await login(served);
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
    await Promise.all(keys.map(async (key) => served.ask(`/write/${key}`, { sid })));
    kept += (await who(served, sid)).keys.length;
  }
  return kept;
}

/** How many of so many attackers who planted an id see the user who logs in with it? */
export async function fixations(served: Served, attempts: number): Promise<number> {
  let seen = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const planted = (await served.ask("/write/a")).sid ?? "";
    await Promise.all([served.ask("/login", { sid: planted }), served.ask("/write/b", { sid: planted })]);
    if ((await who(served, planted)).user !== null) seen++;
  }
  return seen;
}

/** Cookies made from a good one, and nonsense. Answers: how many were taken for the user, how many were a 5xx. */
export async function forgedCookies(
  served: Served,
  count: number,
): Promise<{ readonly accepted: number; readonly failed: number }> {
  const good = await login(served);
  let accepted = 0;
  let failed = 0;
  const next = Array.from({ length: 16 }, async (_, worker) => {
    for (let index = worker; index < count; index += 16) {
      const cookie = forge(good, index);
      const answer = await served.ask("/who", { headers: { Cookie: cookie }, agent });
      if (answer.status >= 500) failed++;
      if (answer.body.includes("alice")) accepted++;
    }
  });
  await Promise.all(next);
  if ((await who(served, good)).user !== "alice") throw new Error("the good cookie is not accepted any more");
  return { accepted, failed };
}

function forge(good: string, index: number): string {
  const at = index % good.length;
  const bytes = Buffer.from(good, "base64url");
  bytes[at % 32] = (bytes[at % 32] ?? 0) ^ (1 << (index % 8));
  const digest = createHash("sha256").update(good).digest("hex");
  const makers: readonly (() => string)[] = [
    () => `__Host-sid=${bytes.toString("base64url")}`,
    () => `__Host-sid=${good.slice(0, at)}`,
    () => `__Host-sid=${good}${"A".repeat(1 + (index % 9))}`,
    () => `__Host-sid=${good}; __Host-sid=${newSessionId()}`,
    () => `__Host-sid=${good}; __Host-sid=${good}`,
    () => `__Host-sid="${good}"`,
    () => `__Host-sid=${good.toLowerCase()}`,
    () => `__host-sid=${good}`,
    () => `__Host-sid=${"A".repeat(8000)}`,
    () => `__Host-sid=${digest}`,
    () => `__Host-sid=${digest.slice(0, 43)}`,
    () => `__Host-sid=s%3A${good}.${good}`,
    () => `__Host-sid=${good.slice(0, at)}\u00ff\u0080${good.slice(at + 2)}`,
    () => `__Host-sid=${good.slice(0, at)}%00${good.slice(at + 3)}`,
    () => `__Host-sid=__proto__; constructor=${index}`,
    () => `__Host-sid=${newSessionId()}`,
  ];
  return (makers[index % makers.length] ?? (() => ""))();
}

/** GETs of visitors. How many records, and how much memory, do they leave? */
export async function anonymousFlood(
  served: Served,
  count: number,
): Promise<{ readonly cookies: number; readonly growthMb: number }> {
  let cookies = 0;
  const run = async (requests: number): Promise<void> => {
    const workers = Array.from({ length: 16 }, async () => {
      for (let index = 0; index < requests / 16; index++) {
        const { sid } = await served.ask("/who", { agent });
        if (sid !== undefined) cookies++;
      }
    });
    await Promise.all(workers);
  };
  // The engine's own growth while it compiles is not the sessions'.
  await run(Math.min(20_000, count));
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  await run(count);
  globalThis.gc?.();
  return { cookies, growthMb: (process.memoryUsage.rss() - before) / 2 ** 20 };
}
