/**
 * What a session costs: CPU time of the server process that the look-up of an existing, unchanged session adds to each
 * answer, beside express-session with stores of the same kind. `npm run bench:session -- [sets] [rounds] [requests]`
 */
import { writeFileSync } from "node:fs";
import express, { type Request } from "express";
import { startRedis } from "../packages/hauberk/test/session/servers.ts";
import { costOf, type CostServer, serveVariant, startVariant, VARIANT, writeCosts } from "./cost.ts";
import { addedBy, type Prices, undisturbed } from "./inside.ts";
import { buildToolkit } from "./machine.ts";
import { VARIANTS } from "./session-variants.ts";
import { shuffled, summarise, type Summary } from "./stats.ts";

const BARE = "no session";
/** V8 goes on making the code faster for this many requests. */
const WARM_UP_REQUESTS = 30_000;
/** Express makes bytes of a longer text, and writes them beside the head: the answer without a session would cost more. */
const PAGE_TAIL = `, hello</p><p>${"x".repeat(900)}</p>`;

if (VARIANT === undefined) await compare();
else await serve(VARIANT);

async function serve(name: string): Promise<void> {
  const app = express();
  // No tag: a personal answer of Hauberk has none, and what is saved by that is not the look-up's.
  app.disable("x-powered-by").disable("etag");
  await VARIANTS[name]?.(app);
  app.get("/enter", (req, res) => {
    Object.assign(sessionOf(req), { userName: "Ada" });
    res.send("<p>entered</p>");
  });
  app.get("/", (req, res) => {
    // Without a session the name is a constant of the same length.
    const { userName = name === BARE ? "Ada" : "lost" } = sessionOf(req);
    res.send(`<p>${userName}${PAGE_TAIL}`);
  });
  serveVariant(app);
}

function sessionOf(req: Request): { userName?: string } {
  const found: unknown = Reflect.get(req, "session");
  return found ?? {};
}

interface Running extends CostServer {
  /** What is sent again and again: the page, asked for with the cookie of a session. */
  readonly request: string;
}

interface Work {
  readonly sets: number;
  readonly rounds: number;
  readonly requests: number;
}

async function compare(): Promise<void> {
  const [sets = "3", rounds = "20", requests = "1600"] = process.argv.slice(2);
  const work = { sets: Number(sets), rounds: Number(rounds), requests: Number(requests) };
  buildToolkit();
  const redis = await startRedis({ durable: false });
  const prices = new Map<string, number[]>(Object.keys(VARIANTS).map((name) => [name, []]));
  try {
    for (let set = 0; set < work.sets; set++)
      for (const [name, micros] of await measureSet(redis.port, work)) prices.get(name)?.push(micros);
  } finally {
    await redis.stop();
  }
  writeResults(prices, work);
}

/** What a request costs in each variant's process; all are started anew, as two of the same program differ. */
async function measureSet(redisPort: number, { rounds, requests }: Work): Promise<Map<string, number>> {
  const servers = await Promise.all(Object.keys(VARIANTS).map(async (name) => start(name, redisPort)));
  const costs = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  try {
    for (const server of servers) await costOf(server, server.request, WARM_UP_REQUESTS, "<p>Ada");
    for (let round = 0; round < rounds; round++)
      for (const server of shuffled(servers))
        costs.get(server.name)?.push(await costOf(server, server.request, requests, "<p>Ada"));
  } finally {
    for (const { child } of servers) child.disconnect();
  }
  return new Map([...costs].map(([name, each]) => [name, undisturbed(each)]));
}

async function start(name: string, redisPort: number): Promise<Running> {
  const server = await startVariant(import.meta.url, name, {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: { NODE_OPTIONS: "", NODE_ENV: "production", BENCH_REDIS: `redis://127.0.0.1:${redisPort}` },
  });
  const answer = await fetch(`http://127.0.0.1:${server.port}/enter`);
  const cookie = answer.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  return { ...server, request: `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n` };
}

function writeResults(prices: Prices, work: Work): void {
  const results = new Map<string, Summary>(
    [...prices].map(([name, each]) => [name, name === BARE ? summarise(each) : addedBy(name, BARE, prices)]),
  );
  const addedMicros = Object.fromEntries(results);
  const facts = writeCosts("session-results", "npm run bench:session", { ...work, addedMicros });
  const rows = [...results].map(([name, { median, min, max }]) => {
    const text = `| ${name} | ${median.toFixed(1)} | ${min.toFixed(1)} to ${max.toFixed(1)} |`;
    process.stdout.write(`${text}\n`);
    return text;
  });
  const page = `# What a session costs

Written by \`npm run bench:session\` (${work.sets} sets of fresh processes, in each ${WARM_UP_REQUESTS} requests to warm up and ${work.rounds}
interleaved rounds of ${work.requests}; ${facts.cpu}, Node ${facts.node}, load ${facts.loadAverage}): CPU time of the server process for
each answer in microseconds, the kernel's included. Of the rounds of a set the lower quartile counts, as whatever else the machine
does only adds to it; the table has the median of the sets, the lowest and the highest. The first line is the whole answer of an
app without a session; the others are what is added to it by the look-up of one that exists and is not changed. Goals: at most 10
with the memory store, 25 with SQLite.

The page is a text of 930 bytes, without an ETag in any variant. express-session is set up as its README has it (resave and
saveUninitialized off). Its SQLite stores bring sqlite3 or better-sqlite3, which run an install script;
better-sqlite3-session-store takes the database from its user, and works with \`node:sqlite\` too, so both sides use the same
driver and settings.

| session | median | lowest and highest set |
| --- | --- | --- |
${rows.join("\n")}
`;
  writeFileSync(new URL("SESSIONS.md", import.meta.url), page);
}
