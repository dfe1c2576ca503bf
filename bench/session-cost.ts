/**
 * What a session costs: CPU time of the server process that the look-up of an existing, unchanged session adds to each
 * answer, beside express-session with stores of the same kind. `npm run bench:session -- [rounds] [requests]`
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { loadavg } from "node:os";
import express, { type Request } from "express";
import { startRedis } from "../packages/hauberk/test/session/servers.ts";
import { buildToolkit, readConditions } from "./machine.ts";
import { VARIANTS } from "./session-variants.ts";
import { shuffled, summarise, type Summary } from "./stats.ts";

const PAGE_TAIL = `, hello</p><p>${"x".repeat(1100)}</p>`;
const END = Buffer.from("</p>");
const CONNECTIONS = 16;

interface Reply {
  readonly port?: number;
  readonly cpuMicros?: number;
}

const variant = process.env["BENCH_VARIANT"];
if (variant === undefined) await compare();
else await serve(variant);

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
  const server = app.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.({ port: typeof address === "object" ? address?.port : 0 });
  });
  let before = process.cpuUsage();
  process.on("message", (message) => {
    if (message === "start") before = process.cpuUsage();
    const { user, system } = process.cpuUsage(before);
    process.send?.({ cpuMicros: user + system });
  });
  process.on("disconnect", () => process.exit());
}

function sessionOf(req: Request): { userName?: string } {
  const found: unknown = Reflect.get(req, "session");
  return found ?? {};
}

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly cookie: string;
}

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 9);
  const requests = Number(process.argv[3] ?? 6000);
  buildToolkit();
  const redis = await startRedis({ durable: false });
  const servers = await Promise.all(Object.keys(VARIANTS).map(async (name) => start(name, redis.port)));
  const added = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  try {
    for (let round = -2; round < rounds; round++) {
      const costs = new Map<string, number>();
      for (const server of shuffled(servers)) costs.set(server.name, await costOf(server, requests));
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
  const child = fork(new URL(import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      NODE_ENV: "production",
      BENCH_VARIANT: name,
      BENCH_REDIS: `redis://127.0.0.1:${redisPort}`,
    },
  });
  const [{ port = 0 }] = (await once(child, "message")) as [Reply];
  const answer = await fetch(`http://127.0.0.1:${port}/enter`);
  const cookie = answer.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  const page = await (await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })).text();
  if (!page.startsWith("<p>Ada")) throw new Error(`${name} does not know its visitor`);
  return { name, child, port, cookie };
}

async function costOf({ child, port, cookie }: Running, requests: number): Promise<number> {
  await tell(child, "start");
  const share = Math.ceil(requests / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => visit(port, cookie, share)));
  const { cpuMicros = Number.NaN } = await tell(child, "stop");
  return cpuMicros / (share * CONNECTIONS);
}

async function tell(child: ChildProcess, word: string): Promise<Reply> {
  child.send(word);
  const [reply] = (await once(child, "message")) as [Reply];
  return reply;
}

/** One keep-alive connection, one request at a time. Every answer must know the visitor. */
async function visit(port: number, cookie: string, requests: number): Promise<void> {
  const request = `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`;
  const socket = connect(port, "127.0.0.1");
  let left = requests;
  let received = "";
  await new Promise<void>((resolve, reject) => {
    const next = (): void => void (left-- > 0 ? socket.write(request) : socket.end());
    socket
      .on("connect", next)
      .on("error", reject)
      .on("close", () => resolve());
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (!chunk.subarray(-4).equals(END)) return;
      if (!received.includes("<p>Ada")) reject(new Error("an answer does not know its visitor"));
      received = "";
      next();
    });
  });
}

function writeResults(results: ReadonlyMap<string, Summary>, run: Readonly<Record<string, number>>): void {
  const facts = { ...readConditions(), loadAverage: Math.round(loadavg()[0] ?? 0), ...run };
  const folder = new URL(".", import.meta.url);
  const json = { command: "npm run bench:session", ...facts, addedMicros: Object.fromEntries(results) };
  writeFileSync(new URL("session-results.json", folder), `${JSON.stringify(json, null, 2)}\n`);
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
  writeFileSync(new URL("SESSIONS.md", folder), page);
}
