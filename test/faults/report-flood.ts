/**
 * 100,000 hostile reports against a collector with its SQLite store, in a process of its own: what is kept, how long the
 * event loop was held, and what it cost. `npm run test:report-flood [-- <reports>]` writes results/report-flood.json.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir, loadavg } from "node:os";
import { join } from "node:path";
import { createHistogram, monitorEventLoopDelay, type RecordableHistogram } from "node:perf_hooks";
import express from "express";
import { hauberk } from "../../packages/hauberk/src/hauberk.ts";
import { reportCollector } from "../../packages/hauberk/src/headers/index.ts";
import { sqliteReportStore } from "../../packages/hauberk/src/headers/reports/sqlite.ts";
import { memoryStore } from "../../packages/hauberk/src/session/memory.ts";

const PER_BODY = 20;
const CONNECTIONS = 16;

interface Measured {
  readonly kinds: number;
  readonly counted: number;
  readonly dropped: number;
  readonly eventLoopP99Ms: number;
  readonly eventLoopMaxMs: number;
  /** The same in CPU time of the server's thread, which other programs of the machine cannot add to. */
  readonly eventLoopCpuP99Ms: number;
  readonly eventLoopCpuMaxMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

if (process.env["FLOOD_FOLDER"] === undefined) await flood(Number(process.argv[2] ?? 100_000));
else await serve(process.env["FLOOD_FOLDER"]);

async function serve(folder: string): Promise<void> {
  const store = sqliteReportStore({ file: join(folder, "reports.sqlite") });
  const reports = reportCollector({ store });
  const app = express();
  const port = Number(process.env["PORT"]);
  const secure = hauberk(app, {
    origins: [`http://localhost:${port}`],
    secrets: ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe"],
    session: { store: memoryStore() },
    limit: false,
    headers: { reports },
  });
  await secure.listen({ port, host: "127.0.0.1", insecureServeAsRoot: true });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const held = measureHeld();
  const before = process.cpuUsage();
  process.send?.("ready");
  process.once("message", () => void finish());

  async function finish(): Promise<void> {
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    const hours = await reports.hours();
    const sum = (of: "reports" | "dropped"): number => hours.reduce((all, hour) => all + hour[of], 0);
    process.send?.({
      kinds: (await reports.list()).length,
      counted: sum("reports"),
      dropped: sum("dropped"),
      eventLoopP99Ms: delay.percentile(99) / 1e6,
      eventLoopMaxMs: delay.max / 1e6,
      eventLoopCpuP99Ms: held.percentile(99) / 1000,
      eventLoopCpuMaxMs: held.max / 1000,
      cpuMs: (user + system) / 1000,
      rssMb: process.memoryUsage.rss() / 1e6,
    } satisfies Measured);
    process.disconnect();
    process.exit(0);
  }
}

/** How much CPU time passes, in microseconds, between two turns of the event loop a millisecond apart. */
function measureHeld(): RecordableHistogram {
  const histogram = createHistogram();
  let before = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    histogram.record(Math.max(1, user + system));
  }, 1).unref();
  return histogram;
}

async function flood(total: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-flood-"));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = fork(new URL(import.meta.url), {
    execArgv: process.execArgv,
    env: { ...process.env, FLOOD_FOLDER: folder, PORT: String(port) },
  });
  await once(child, "message");
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const bodies = Math.ceil(total / PER_BODY);
  let next = 0;
  const refused = { other: 0 };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < bodies) if ((await send(agent, port, hostileBody(port, next++))) !== 204) refused.other++;
    }),
  );
  child.send("finish");
  const [measured] = (await once(child, "message")) as [Measured];
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
  const result = {
    command: "npm run test:report-flood",
    node: process.version,
    load: loadavg()[0],
    reports: bodies * PER_BODY,
    notAnswered204: refused.other,
    ...measured,
  };
  writeFileSync(
    new URL("results/report-flood.json", import.meta.url),
    `${JSON.stringify(result, null, 2)}\n`,
  );
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

/** Every report is a new one; every tenth body is as large as a body may be. */
function hostileBody(port: number, index: number): string {
  const padding = index % 10 === 0 ? "x".repeat(2700) : "";
  return JSON.stringify(
    Array.from({ length: PER_BODY }, (_, each) => ({
      type: "csp-violation",
      url: `http://localhost:${port}/page-${String.fromCharCode(97 + (index % 26))}`,
      user_agent: padding,
      body: {
        effectiveDirective: "img-src",
        blockedURL: `https://h${index}-${each}.example/<script>`,
        disposition: "enforce",
        sample: padding.slice(0, 100),
      },
    })),
  );
}

function send(agent: Agent, port: number, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: "127.0.0.1",
        method: "POST",
        path: "/browser-reports",
        headers: {
          Host: `localhost:${port}`,
          "Content-Type": "application/reports+json",
          "Content-Length": Buffer.byteLength(body),
        },
      },
      (incoming) => {
        incoming.resume().on("end", () => resolve(incoming.statusCode ?? 0));
      },
    );
    outgoing.on("error", reject).end(body);
  });
}
