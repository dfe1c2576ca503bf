import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { socketAddress } from "./address.ts";
import { isRemoval, parseCookie } from "./cookies.ts";
import type { Answer, SeenCookie } from "./facts.ts";
import { isSignedWithKnownSecret } from "./signature.ts";

export interface Ask {
  readonly method?: string;
  /** As it goes over the wire: nothing is normalised. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly jar?: Jar | undefined;
}

/** Cookies by name. Their values stay in here. */
export type Jar = Map<string, string>;

const MAX_REQUESTS = 500;
const PAUSE_MS = 5;
const MAX_BODY = 300_000;
const MAX_WAITS = 20;
const MAX_WAIT_SECONDS = 2;
const MAX_ANSWER_MS = 5_000;

export class OutOfBudget extends Error {}

/** Asks one server, in turn and at a bounded rate; follows nothing. */
export class Client {
  readonly origin: URL;
  readonly #until: number;
  readonly #answerMs: number;
  #asked = 0;
  #waits = 0;

  /** `answerMs` is the time for one answer, at most five seconds of it. */
  constructor(origin: URL, totalMs: number, answerMs: number = MAX_ANSWER_MS) {
    this.origin = origin;
    this.#until = Date.now() + totalMs;
    this.#answerMs = Math.min(answerMs, MAX_ANSWER_MS);
  }

  get left(): number {
    return Math.min(MAX_REQUESTS - this.#asked, this.#until - Date.now());
  }

  /** Whether "too many requests" is waited out, as long as the server says and two seconds at most. */
  isPatient = false;

  async ask(ask: Ask): Promise<Answer> {
    const answer = await this.#askOnce(ask);
    const waitMs = this.isPatient ? waitOf(answer) : undefined;
    if (waitMs === undefined || this.#waits >= MAX_WAITS) return answer;
    this.#waits += 1;
    await sleep(waitMs);
    return this.#askOnce(ask);
  }

  async #askOnce(ask: Ask): Promise<Answer> {
    if (this.left <= 0) throw new OutOfBudget("the probes were stopped: too many requests, or too much time");
    this.#asked += 1;
    await sleep(PAUSE_MS);
    return send(this.origin, ask, Math.max(1, Math.min(this.#answerMs, this.#until - Date.now())));
  }

  /** `undefined` when this one request fails: one dead path says nothing about the others. */
  async tryAsk(ask: Ask): Promise<Answer | undefined> {
    try {
      return await this.ask(ask);
    } catch (error) {
      if (error instanceof OutOfBudget) throw error;
      return undefined;
    }
  }
}

function waitOf({ status, headers }: Answer): number | undefined {
  const seconds = Number(headers.get("retry-after"));
  return status === 429 && seconds > 0 && seconds <= MAX_WAIT_SECONDS ? seconds * 1_000 : undefined;
}

async function send(origin: URL, ask: Ask, limitMs: number): Promise<Answer> {
  const started = Date.now();
  const { method = "GET", path, body, jar } = ask;
  const headers: Record<string, string> = {
    accept: "text/html,application/json;q=0.9,*/*;q=0.8",
    "user-agent": "hauberk-check",
    connection: "close",
    ...ask.headers,
  };
  if (jar !== undefined && jar.size > 0)
    headers["cookie"] = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  if (body !== undefined) headers["content-length"] = String(Buffer.byteLength(body));
  return new Promise<Answer>((resolve, reject) => {
    const finish = (response: http.IncomingMessage, text: string): void => {
      const url = new URL("/", origin).origin + path;
      resolve(answerOf(url, method, response, text, Date.now() - started, jar));
    };
    const options = {
      ...socketAddress(origin),
      method,
      path,
      headers,
      agent: false,
      rejectUnauthorized: false,
    };
    const request = (origin.protocol === "https:" ? https : http).request(options, (response) => {
      collect(response, (text) => {
        finish(response, text);
      });
    });
    // A WebSocket that was opened has nothing more to say: which status it was opened with is all that is asked.
    request.once("upgrade", (response, socket) => {
      socket.destroy();
      finish(response, "");
    });
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${String(limitMs / 1000)} s`)),
      limitMs,
    );
    request.once("close", () => {
      clearTimeout(timer);
      reject(new Error("the connection was closed without an answer"));
    });
    request.once("error", reject);
    request.end(body);
  });
}

function collect(response: http.IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
    else response.destroy();
  });
  response.once("close", () => {
    done(Buffer.concat(chunks).toString("utf8"));
  });
}

function answerOf(
  url: string,
  method: string,
  response: http.IncomingMessage,
  body: string,
  ms: number,
  jar: Jar | undefined,
): Answer {
  const lines = response.headers["set-cookie"] ?? [];
  const headers = new Map(
    Object.entries(response.headers).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as const] : [],
    ),
  );
  const kept = lines.filter((line) => !isRemoval(line, Date.now()));
  const values = new Map(kept.map(pairOf));
  // In the order of the answer: Express takes a cookie away before it sets it anew.
  for (const line of lines) {
    const [name, value] = pairOf(line);
    if (isRemoval(line, Date.now())) jar?.delete(name);
    else jar?.set(name, value);
  }
  return {
    url,
    method,
    status: response.statusCode ?? 0,
    headers,
    cookies: kept.map((line) => seen(line, values)),
    body,
    ms,
  };
}

function pairOf(line: string): [string, string] {
  const [pair = ""] = line.split(";");
  const at = pair.indexOf("=");
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function seen(line: string, all: ReadonlyMap<string, string>): SeenCookie {
  const [name, value] = pairOf(line);
  return { ...parseCookie(line), knownSecret: isSignedWithKnownSecret(name, value, all) };
}
