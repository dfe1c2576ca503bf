import { type Agent, createServer, request, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import express, { type Application } from "express";
import { onSecurityEvent, type SecurityEvent } from "../src/events/index.ts";
import { hauberk } from "../src/hauberk.ts";
import type { HauberkOptions } from "../src/options.ts";
import { memoryStore } from "../src/session/memory.ts";

const HTTP_HOST = "localhost:3000";
const HTTPS_HOST = "app.example";

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** As the declared proxy says it: the same app is asked over either scheme. */
  readonly scheme?: "http" | "https";
  /** Keeps connections for more than one request; without it each has its own. */
  readonly agent?: Agent;
}

export interface Served {
  readonly port: number;
  readonly ask: (asked?: Asked) => Promise<Received>;
  /** Writes text as it is and returns all that comes back until the connection ends. */
  readonly raw: (text: string) => Promise<string>;
}

/** An app behind the whole pipeline for the length of one test, reachable as http://localhost:3000 and https://app.example. */
export function serveProtected(
  context: TestContext,
  routes: (app: Application) => void,
  options: Partial<HauberkOptions> = {},
): Promise<Served> {
  const app = express();
  hauberk(app, {
    origins: [`http://${HTTP_HOST}`, `https://${HTTPS_HOST}`],
    proxy: "loopback",
    secrets: ["Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe"],
    session: { store: memoryStore() },
    limit: false,
    ...options,
  });
  routes(app);
  return serve(context, app);
}

/** Any handler on a free port for the length of one test. */
export async function serve(context: TestContext, handler: RequestListener): Promise<Served> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  context.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return { port, ask: (asked) => ask(port, asked), raw: (text) => raw(port, text) };
}

/** The events of one test, in order. */
export function collectEvents(context: TestContext): SecurityEvent[] {
  const events: SecurityEvent[] = [];
  context.after(onSecurityEvent((event) => events.push(event)));
  return events;
}

function ask(port: number, asked: Asked = {}): Promise<Received> {
  const { method = "GET", path = "/", headers = {}, body, scheme = "http", agent = false } = asked;
  const host = scheme === "http" ? HTTP_HOST : HTTPS_HOST;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        agent,
        setHost: false,
        headers: {
          Host: host,
          "X-Forwarded-For": "203.0.113.9",
          "X-Forwarded-Proto": scheme,
          Origin: `${scheme}://${host}`,
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setTimeout(5000, () => socket.destroy(new Error("no end within 5 s")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}
