import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Application } from "express";
import { session, type SessionOptions } from "../../src/session/index.ts";
import { memoryStore } from "../../src/session/memory.ts";
import { STORE_METHODS, type SessionStore } from "../../src/session/store.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Value of the session cookie it sets; "" when it is taken away, undefined when it is left alone. */
  readonly sid: string | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly sid?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Keeps connections, for a hundred thousand requests; a connection each without it. */
  readonly agent?: Agent;
}

/** A served app and a client that tells the raw truth: no redirects followed, no cookie jar. */
export class Served {
  readonly port: number;
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async ask(path: string, { method = "GET", sid, headers = {}, body, agent }: Ask = {}): Promise<Answer> {
    const cookie: Record<string, string> = sid === undefined ? {} : { Cookie: `__Host-sid=${sid}` };
    const req = httpRequest({
      port: this.port,
      path,
      method,
      agent: agent ?? false,
      headers: { ...cookie, ...headers },
    });
    req.end(body);
    const [res] = (await once(req, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of res) chunks.push(chunk as Buffer);
    const line = res.headers["set-cookie"]?.find((each) => each.startsWith("__Host-sid="));
    return {
      status: res.statusCode ?? 0,
      headers: res.headers,
      body: Buffer.concat(chunks).toString(),
      sid: line === undefined ? undefined : line.slice("__Host-sid=".length, line.indexOf(";")),
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Serves an app with nothing but the session in front of the given routes. */
export async function serve(
  routes: (app: Application) => void,
  options: Partial<SessionOptions> = {},
): Promise<Served> {
  const app = express();
  // Express prints every error otherwise.
  app.set("env", "test");
  // A deadline that passes because the machine is busy would be taken for a fault; a test of deadlines names its own.
  app.use(session({ store: memoryStore(), storeTimeoutMs: 30_000, ...options }));
  routes(app);
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  return new Served(server);
}

type Method = (...parameters: unknown[]) => unknown;
export type Fault = "none" | "throw" | "reject" | "hang";

/** A store in front of another that answers later, or fails as it is told. */
export class TroubledStore {
  delayMs: number | undefined;
  readonly calls: string[] = [];
  readonly #faults = new Map<string, Fault>();

  constructor(inner: SessionStore, delayMs?: number) {
    this.delayMs = delayMs;
    const target = inner as unknown as Record<string, Method>;
    for (const name of STORE_METHODS) {
      Object.defineProperty(this, name, {
        configurable: true,
        value: (...parameters: unknown[]) => this.#call(name, () => target[name]?.apply(inner, parameters)),
      });
    }
  }

  fail(fault: Fault, ...methods: readonly (keyof SessionStore)[]): void {
    for (const name of methods.length === 0 ? STORE_METHODS : methods) this.#faults.set(name, fault);
  }

  #call(name: string, work: () => unknown): unknown {
    this.calls.push(name);
    const fault = this.#faults.get(name) ?? "none";
    if (fault === "throw") throw new Error("the disk is full");
    if (fault === "reject") return Promise.reject(new Error("connection reset"));
    if (fault === "hang") return new Promise(() => undefined);
    return this.delayMs === undefined ? work() : this.#later(this.delayMs, work);
  }

  async #later(delayMs: number, work: () => unknown): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * delayMs));
    const result = await work();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * delayMs));
    return result;
  }

  get store(): SessionStore {
    return this as unknown as SessionStore;
  }
}

/** Both kinds of stores: one that answers at once, and one that takes its time. */
export const BOTH_KINDS: readonly [string, () => TroubledStore][] = [
  ["a store that answers at once", () => new TroubledStore(memoryStore())],
  ["a store that answers later", () => new TroubledStore(memoryStore(), 4)],
];
