import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import express, { type Application } from "express";
import { onSecurityEvent, type SecurityEvent } from "../src/events/index.ts";
import "../src/express.ts";
import { hauberk } from "../src/hauberk.ts";
import type { HauberkOptions } from "../src/options.ts";
import { memoryStore } from "../src/session/memory.ts";

/** The origin the gate's tests are served under, whatever port the system gives them. */
export const ORIGIN = "http://localhost:3000";
export const HOST = "localhost:3000";
export const SECRET = "Zk3vQ8rT1mYw6xLb9nCd4hJf7pSg2aUe";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** The address of this machine to come from: 127.0.0.0/8 is all ours. */
  readonly from?: string;
}

export interface TestServer {
  readonly port: number;
  readonly send: (sent?: Sent) => Promise<Answer>;
  /** Writes bytes as they are and returns what comes back until the connection ends. */
  readonly raw: (text: string | Buffer) => Promise<string>;
}

/** Serves a handler on a free port for the length of one test. */
export async function serve(
  context: TestContext,
  handler: Parameters<typeof createServer>[1],
): Promise<TestServer> {
  const server = createServer({ requireHostHeader: false }, handler);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  context.after(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { port, send: (sent) => send(port, sent), raw: (text) => sendRaw(port, text) };
}

/** An app behind the whole pipeline, with memory sessions and no limit, served for the length of one test. */
export async function serveProtected(
  context: TestContext,
  routes: (app: Application) => void,
  options: Partial<HauberkOptions> = {},
): Promise<TestServer> {
  const { app } = protectedApp(routes, options);
  return serve(context, app);
}

/** The same through `listen`: what Node's parser refuses before there is a request is answered by the toolkit as well. */
export async function serveListening(
  context: TestContext,
  routes: (app: Application) => void,
  options: Partial<HauberkOptions> = {},
): Promise<TestServer> {
  const { secure } = protectedApp(routes, options);
  // Shedding would answer 503 where a test sends faster than one processor serves.
  const { url, close } = await secure.listen({
    port: 0,
    handleSignals: false,
    overload: false,
    insecureServeAsRoot: true,
  });
  context.after(close);
  const port = Number(new URL(url).port);
  return { port, send: (sent) => send(port, sent), raw: (text) => sendRaw(port, text) };
}

function protectedApp(routes: (app: Application) => void, options: Partial<HauberkOptions>) {
  const app = express();
  const secure = hauberk(app, {
    origins: [ORIGIN],
    secrets: [SECRET],
    session: { store: memoryStore() },
    limit: false,
    insecureHttpCookies: true,
    ...options,
  });
  routes(app);
  return { app, secure };
}

/** The events of one test, in order. */
export function collectEvents(context: TestContext): SecurityEvent[] {
  const events: SecurityEvent[] = [];
  context.after(onSecurityEvent((event) => events.push(event)));
  return events;
}

async function send(port: number, sent: Sent = {}): Promise<Answer> {
  const { method = "GET", path = "/", headers = {}, body, from } = sent;
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        agent: false,
        setHost: false,
        headers: { Host: HOST, ...headers },
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function sendRaw(port: number, text: string | Buffer): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setTimeout(5000, () => socket.destroy(new Error("no end within 5 s")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** The one pair a browser would send back for a Set-Cookie header. */
export function cookieOf(answer: Answer, name: string): string | undefined {
  const line = answer.headers["set-cookie"]?.find((each) => each.startsWith(`${name}=`));
  return line?.slice(0, line.indexOf(";"));
}
