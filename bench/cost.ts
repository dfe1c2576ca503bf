// What the scripts that price one part have in common: a server process for each variant that tells its CPU time, and a
// load from this process. `run.ts` has a generator in a process of its own, and a page that is checked in every answer.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { loadavg } from "node:os";
import type { Application } from "express";
import { type Conditions, readConditions } from "./machine.ts";

const CONNECTIONS = 16;
/** What every page of these scripts ends with, and has nowhere else in its last bytes. */
const END = "</p>";

/** A server process, and where it listens. */
export interface CostServer {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
}

interface StartOptions {
  readonly execArgv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

interface Reply {
  readonly port?: number;
  readonly cpu?: NodeJS.CpuUsage;
}

/** The variant this process is to serve; undefined in the process that compares them. */
export const VARIANT: string | undefined = process.env["BENCH_VARIANT"];

/** Starts the running script once more, for one variant. */
export async function startVariant(script: string, name: string, options: StartOptions): Promise<CostServer> {
  const child = forkVariant(script, name, options);
  const [{ port = 0 }] = (await once(child, "message")) as [Reply];
  return { name, child, port };
}

export function forkVariant(script: string, name: string, options: StartOptions): ChildProcess {
  return fork(new URL(script), {
    execArgv: [...options.execArgv],
    env: { ...process.env, ...options.env, BENCH_VARIANT: name },
  });
}

/** In the server process: listens, says where, and answers each message with the CPU time since the last "start". */
export function serveVariant(app: Application): void {
  const server = app.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.({ port: typeof address === "object" ? address?.port : 0 });
  });
  let before = process.cpuUsage();
  process.on("message", (message) => {
    if (message === "start") before = process.cpuUsage();
    process.send?.({ cpu: process.cpuUsage(before) });
  });
  process.on("disconnect", () => process.exit());
}

/**
 * Sends a request again and again, and asks the server process for its CPU time.
 * Resolves with the microseconds of one request, the kernel's among them.
 *
 * @param request its bytes, sent again and again over keep-alive connections, one at a time on each
 * @param mustHold what every answer has to hold
 */
export async function costOf(
  { child, port }: CostServer,
  request: string,
  requests: number,
  mustHold: string,
): Promise<number> {
  await tell(child, "start");
  const share = Math.ceil(requests / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => visit(port, request, share, mustHold)));
  const { cpu: { user, system } = { user: Number.NaN, system: Number.NaN } } = await tell(child, "stop");
  return (user + system) / (share * CONNECTIONS);
}

/** Sends a process a message, and waits for what it says to it. */
export async function tell(child: ChildProcess, word: string | object): Promise<Reply> {
  child.send(word);
  const [reply] = (await once(child, "message")) as [Reply];
  return reply;
}

function visit(port: number, request: string, requests: number, mustHold: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let left = requests;
    let received = "";
    const next = (): void => void (left-- > 0 ? socket.write(request) : socket.end());
    socket
      .on("connect", next)
      .on("error", reject)
      .on("close", () => (left < 0 ? resolve() : reject(new Error(`closed, ${left + 1} answers early`))))
      .on("data", (chunk) => {
        received += chunk.toString("latin1");
        // Of all that was received: express-session sends the last byte of a page by itself.
        if (!received.endsWith(END)) return;
        if (!received.includes(mustHold)) socket.destroy(new Error(`an answer without "${mustHold}"`));
        received = "";
        next();
      })
      .setTimeout(20_000, () => socket.destroy(new Error("no page within 20 s")));
  });
}

/** What the figures depend on, and when they were taken. */
export interface Measurement extends Conditions {
  readonly date: string;
  readonly loadAverage: number;
}

/** Writes what was measured beside this file, with the command that measured it and under which conditions. */
export function writeCosts(name: string, command: string, results: object): Measurement {
  const measurement = {
    ...readConditions(),
    date: new Date().toISOString().slice(0, 10),
    loadAverage: Math.round(loadavg()[0] ?? 0),
  };
  const text = JSON.stringify({ command, ...measurement, ...results }, null, 2);
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${text}\n`);
  return measurement;
}
