/**
 * What a session costs: CPU time of the server process that the look-up of an existing, unchanged session adds to each
 * answer, beside express-session with stores of the same kind. `npm run bench:session -- [rounds] [requests]`
 */
import { writeFileSync } from "node:fs";
import express, { type Request } from "express";
import { startRedis } from "../packages/hauberk/test/session/servers.ts";
import { costOf, type CostServer, serveVariant, startVariant, VARIANT, writeCosts } from "./cost.ts";
import { buildToolkit } from "./machine.ts";
import { VARIANTS } from "./session-variants.ts";
import { shuffled, summarise, type Summary } from "./stats.ts";

const WARM_UP_ROUNDS = 5;
const PAGE_TAIL = `, hello</p><p>${"x".repeat(1100)}</p>`;

if (VARIANT === undefined) await compare();
else await serve(VARIANT);

async function serve(name: string): Promise<void> {
  const app = express();
  app.disable("x-powered-by");
  await VARIANTS[name]?.(app);
  app.get("/enter", (req, res) => {
    Object.assign(sessionOf(req), { userName: "Ada" });
    res.send("<p>entered</p>");
  });
  app.get("/", (req, res) => {
    // Without a session the name is a constant of the same length.
    const { userName = name === "no session" ? "Ada" : "lost" } = sessionOf(req);
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

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 9);
  const requests = Number(process.argv[3] ?? 6000);
  buildToolkit();
  const redis = await startRedis({ durable: false });
  const servers = await Promise.all(Object.keys(VARIANTS).map(async (name) => start(name, redis.port)));
  const added = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  try {
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      const costs = new Map<string, number>();
      for (const server of shuffled(servers))
        costs.set(server.name, await costOf(server, server.request, requests, "<p>Ada"));
      const bare = costs.get("no session") ?? Number.NaN;
      if (round >= 0)
        for (const [name, cost] of costs) added.get(name)?.push(name === "no session" ? cost : cost - bare);
    }
  } finally {
    for (const { child } of servers) child.disconnect();
    await redis.stop();
  }
  writeResults(new Map([...added].map(([name, values]) => [name, summarise(values)])), { rounds, requests });
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

function writeResults(results: ReadonlyMap<string, Summary>, run: Readonly<Record<string, number>>): void {
  const addedMicros = Object.fromEntries(results);
  const facts = writeCosts("session-results", "npm run bench:session", { ...run, addedMicros });
  const rows = [...results].map(([name, { median, min, max }]) => {
    const text = `| ${name} | ${median.toFixed(1)} | ${min.toFixed(1)} to ${max.toFixed(1)} |`;
    process.stdout.write(`${text}\n`);
    return text;
  });
  const page = `# What a session costs

Written by \`npm run bench:session\` (${run["rounds"]} interleaved rounds of ${run["requests"]} requests; ${facts.cpu}, Node
${facts.node}, load ${facts.loadAverage}): CPU time of the server process for each answer in microseconds. The first line is the
whole answer of an app without a session; the others are what is added to it in the same round by the look-up of one that exists
and is not changed. Goals: at most 10 with the memory store, 25 with SQLite.

express-session is set up as its README has it (resave and saveUninitialized off). Its SQLite stores bring sqlite3 or
better-sqlite3, which run an install script; better-sqlite3-session-store takes the database from its user, and works with
\`node:sqlite\` too, so both sides use the same driver and settings.

| session | median | lowest and highest round |
| --- | --- | --- |
${rows.join("\n")}
`;
  writeFileSync(new URL("SESSIONS.md", import.meta.url), page);
}
