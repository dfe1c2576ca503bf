import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { parseCookie } from "./cookies.ts";
import type { Answer } from "./facts.ts";
import { signedWithKnownSecret } from "./signatures.ts";

const MAX_BODY = 256 * 1024;
const TIMEOUT_MS = 5_000;
const PAUSE_MS = 15;
const MAX_REQUESTS = 80;

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks one server, one request at a time, never more than a fixed number. */
export class Asker {
  readonly #origin: URL;
  #count = 0;
  readonly answers: Answer[] = [];
  readonly failures: string[] = [];

  constructor(origin: URL) {
    this.#origin = origin;
  }

  /** `undefined` when there was no answer; the reason is kept. */
  async ask(path: string, options: Ask = {}): Promise<Answer | undefined> {
    if (this.#count >= MAX_REQUESTS) return undefined;
    this.#count += 1;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    try {
      const answer = await send(this.#origin, path, options);
      this.answers.push(answer);
      return answer;
    } catch (error) {
      this.failures.push(
        `${options.method ?? "GET"} ${path}: ${error instanceof Error ? error.message : "no answer"}`,
      );
      return undefined;
    }
  }
}

async function send(origin: URL, path: string, { method = "GET", headers = {}, body }: Ask): Promise<Answer> {
  const started = Date.now();
  const isHttps = origin.protocol === "https:";
  const request = (isHttps ? httpsRequest : httpRequest)({
    host: origin.hostname.replace(/^\[|\]$/g, ""),
    port: origin.port === "" ? (isHttps ? 443 : 80) : origin.port,
    path,
    method,
    agent: false,
    // A development certificate signs itself; what is sent is a probe, nothing secret.
    // hauberk-check-ignore tls/weak-options -- asks a development server, whose certificate signs itself
    rejectUnauthorized: false,
    setHost: false,
    headers: {
      host: origin.host,
      "user-agent": "hauberk-check",
      accept: "text/html,application/json;q=0.9,*/*;q=0.8",
      connection: "close",
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    },
    timeout: TIMEOUT_MS,
  });
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(
      () => request.destroy(new Error(`no answer in ${String(TIMEOUT_MS / 1000)} s`)),
      TIMEOUT_MS,
    );
    request.on("error", (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    request.on("response", (response: IncomingMessage) => {
      read(response, (text) => {
        clearTimeout(deadline);
        resolve(
          answerOf(
            new URL(path.startsWith("/") ? path : "/", origin).href,
            method,
            response,
            text,
            Date.now() - started,
          ),
        );
      });
    });
    request.end(body);
  });
}

function read(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (): void => {
    done(Buffer.concat(chunks).toString("utf8"));
  };
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
    else {
      response.destroy();
      finish();
    }
  });
  response.on("end", finish);
  response.on("error", finish);
}

function answerOf(url: string, method: string, response: IncomingMessage, body: string, ms: number): Answer {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(response.headers)) {
    if (name !== "set-cookie" && value !== undefined)
      headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const set = response.headers["set-cookie"] ?? [];
  const cookies = set.map((one) => ({ ...parseCookie(one), knownSecret: signedWithKnownSecret(one, set) }));
  return { url, method, status: response.statusCode ?? 0, headers, cookies, body, ms };
}
