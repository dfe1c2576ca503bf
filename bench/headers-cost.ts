/**
 * What the header set costs: CPU time of the server process for each answer, bare Express against helmet against
 * `headers()`, in interleaved rounds. `node scripts/with-runtime.mjs bench/headers-cost.ts [rounds] [requests]`
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import express, { type Application } from "express";
import helmet from "helmet";
import { headers } from "../packages/hauberk/src/headers/index.ts";

const PAGE = `<!doctype html><title>Bench</title><p>${"x".repeat(1150)}</p>`;
const CONNECTIONS = 16;
const END = Buffer.from("</p>");

const VARIANTS: Readonly<Record<string, (app: Application) => void>> = {
  bare: () => undefined,
  helmet: (app) => void app.use(helmet()),
  headers: (app) => void app.use(headers()),
};

interface Reply {
  readonly port?: number;
  readonly cpuMicros?: number;
}

if (process.env["BENCH_VARIANT"] === undefined) await compare();
else serve(process.env["BENCH_VARIANT"]);

function serve(variant: string): void {
  const app = express();
  app.disable("x-powered-by");
  VARIANTS[variant]?.(app);
  app.get("/", (_req, res) => void res.send(PAGE));
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
}

async function compare(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 5);
  const requests = Number(process.argv[3] ?? 20_000);
  const names = Object.keys(VARIANTS);
  const servers = await Promise.all(names.map(start));
  const costs = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, child, port } of servers) {
      await tell(child, "start");
      await load(port, requests);
      const { cpuMicros = 0 } = await tell(child, "stop");
      if (round >= 0) costs.get(name)?.push(cpuMicros / requests);
    }
  }
  for (const { child } of servers) child.kill();
  writeResult(costs, { rounds, requests });
  const bare = median(costs.get("bare") ?? []);
  for (const [name, values] of costs) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const added = median(values) - bare;
    console.log(
      `${name.padEnd(8)} median ${median(values).toFixed(1)} us, ${low.toFixed(1)} to ${high.toFixed(1)}, added ${added.toFixed(1)} us`,
    );
  }
}

function writeResult(costs: ReadonlyMap<string, readonly number[]>, work: object): void {
  const of = (name: string): number => median(costs.get(name) ?? []);
  const ratios = (costs.get("bare") ?? []).map((bare, round) => {
    const added = (name: string): number => (costs.get(name)?.[round] ?? Number.NaN) - bare;
    return added("headers") / added("helmet");
  });
  const result = {
    command: "npm run bench:headers",
    node: process.version,
    ...work,
    cpuMicrosPerRequest: { bare: of("bare"), helmet: of("helmet"), headers: of("headers") },
    addedByHelmet: of("helmet") - of("bare"),
    addedByHauberk: of("headers") - of("bare"),
    ratio: (of("headers") - of("bare")) / (of("helmet") - of("bare")),
    ratioByRound: ratios,
  };
  writeFileSync(new URL("headers-cost.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
}

async function start(name: string): Promise<{ name: string; child: ChildProcess; port: number }> {
  const child = fork(new URL(import.meta.url), {
    execArgv: [...process.execArgv, "--conditions=source"],
    env: { ...process.env, BENCH_VARIANT: name },
  });
  const [reply] = (await once(child, "message")) as [Reply];
  return { name, child, port: reply.port ?? 0 };
}

async function tell(child: ChildProcess, word: string): Promise<Reply> {
  child.send(word);
  const [reply] = (await once(child, "message")) as [Reply];
  return reply;
}

async function load(port: number, requests: number): Promise<void> {
  const share = Math.ceil(requests / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => visit(port, share)));
}

/** One keep-alive connection, one request at a time. The end of PAGE is the end of an answer. */
function visit(port: number, requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let left = requests;
    const next = (): void => {
      if (left-- > 0) socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      else socket.end();
    };
    socket.on("connect", next);
    socket.on("data", (chunk) => {
      if (chunk.subarray(-4).equals(END)) next();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}

function median(values: readonly number[]): number {
  const ordered = Float64Array.from(values).toSorted();
  return ordered[Math.floor(ordered.length / 2)] ?? Number.NaN;
}
