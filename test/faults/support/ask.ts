import { get, type Agent, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";

export interface Outcome {
  /** The code of what went wrong where there was no answer. */
  readonly status: number | string;
  readonly ms: number;
  readonly body: string;
  readonly cookie: string | undefined;
  readonly retryAfterSeconds: number;
}

export interface Question {
  readonly port: number;
  readonly path: string;
  readonly cookie?: string;
  readonly agent?: Agent;
  readonly secure?: boolean;
  readonly timeoutMs?: number;
}

/** One request from 127.0.0.1, on a connection of its own unless an agent is given; never rejects. */
export function ask({
  port,
  path,
  cookie,
  agent,
  secure = false,
  timeoutMs = 10_000,
}: Question): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const finish = (status: number | string, body = "", headers: IncomingMessage["headers"] = {}): void =>
      resolve({
        status,
        body,
        ms: performance.now() - startedAt,
        cookie: headers["set-cookie"]?.[0]?.split(";")[0],
        retryAfterSeconds: Number(headers["retry-after"]),
      });
    const read = (res: IncomingMessage): void => {
      let body = "";
      res.on("data", (chunk: Buffer) => (body += chunk.toString()));
      res.once("end", () => finish(res.statusCode ?? 0, body, res.headers));
      res.once("error", () => finish("cut"));
    };
    const headers = { Host: `localhost:${port}`, ...(cookie !== undefined && { Cookie: cookie }) };
    const options = { port, host: "127.0.0.1", path, headers, agent: agent ?? false, timeout: timeoutMs };
    const request = secure
      ? getSecure({ ...options, agent: false, servername: "localhost", rejectUnauthorized: false }, read)
      : get(options, read);
    request.once("timeout", () => request.destroy());
    request.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? "error"));
  });
}

/** The p-th percentile; NaN of nothing, which no limit accepts. */
export function percentile(values: readonly number[], p: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil((values.length * p) / 100) - 1] ?? Number.NaN;
}

/** Waits until something is so. */
export async function until(what: () => boolean | Promise<boolean>, limitMs: number): Promise<number> {
  const startedAt = performance.now();
  while (!(await what())) {
    if (performance.now() - startedAt > limitMs)
      throw new Error(`not within ${limitMs} ms: ${what.toString()}`);
    await pause(10);
  }
  return performance.now() - startedAt;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
