import type { IncomingMessage, RequestListener } from "node:http";
import { emitEvent } from "../events/index.ts";
import { readInteger, readOptions, readStringArray } from "../internal/options.ts";
import type { Connections } from "./connections.ts";
import { sendPlain, type Dress } from "./raw-answer.ts";

export interface OverloadOptions {
  /**
   * Visitors get a 503 when the event loop runs this late, in milliseconds; those with a session cookie at twice that.
   * @default 500
   */
  readonly maxDelayMs?: number;
  /** The same for requests that are being answered at once. @default 2000 */
  readonly maxInFlight?: number;
  /** Paths that are always answered: whoever watches this process must be able to. @default ["/healthz", "/readyz"] */
  readonly healthPaths?: readonly string[];
}

export interface OverloadPolicy {
  readonly maxDelayMs: number;
  readonly maxInFlight: number;
  readonly healthPaths: ReadonlySet<string>;
}

export function parseOverloadOptions(input: unknown, call: string): OverloadPolicy {
  const path = "overload";
  const options = readOptions(input, ["maxDelayMs", "maxInFlight", "healthPaths"], { call, path });
  return {
    maxDelayMs: readInteger(
      options["maxDelayMs"],
      { min: 20, max: 60_000, fallback: 500 },
      { call, path: `${path}.maxDelayMs` },
    ),
    maxInFlight: readInteger(
      options["maxInFlight"],
      { min: 1, max: 1_000_000, fallback: 2000 },
      { call, path: `${path}.maxInFlight` },
    ),
    healthPaths: new Set(
      readStringArray(options["healthPaths"] ?? ["/healthz", "/readyz"], {
        call,
        path: `${path}.healthPaths`,
      }),
    ),
  };
}

export interface LoadFacts {
  /** How late the event loop runs. */
  readonly delayMs: number;
  readonly inFlight: number;
  /** The request target without its query. */
  readonly path: string;
  /** Whether a session cookie came along. Anybody can send one: it buys the second place, not the first. */
  readonly hasSessionCookie: boolean;
}

/** Decides whether a request is answered now or told to come back. Pure. */
export function decideShedding(facts: LoadFacts, policy: OverloadPolicy): "serve" | "shed" {
  if (policy.healthPaths.has(facts.path)) return "serve";
  const patience = facts.hasSessionCookie ? 2 : 1;
  // Written so that NaN sheds.
  const bearable =
    facts.delayMs <= policy.maxDelayMs * patience && facts.inFlight <= policy.maxInFlight * patience;
  return bearable ? "serve" : "shed";
}

/** A short 503 now instead of a late answer for everybody. */
export function shedLoad(
  handler: RequestListener,
  policy: OverloadPolicy,
  around: { readonly connections: Connections; readonly dress: Dress; readonly sessionCookie: string },
  delay: { readonly currentMs: number },
): RequestListener {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return function shedding(req, res) {
    const facts = {
      delayMs: delay.currentMs,
      inFlight: around.connections.inFlight,
      path: pathOf(req),
      hasSessionCookie: req.headers.cookie?.includes(`${around.sessionCookie}=`) === true,
    };
    if (decideShedding(facts, policy) === "serve") return handler(req, res);
    if (performance.now() - toldAtMs >= 1000) {
      toldAtMs = performance.now();
      const because = `event loop ${Math.round(facts.delayMs)} ms late, ${facts.inFlight} requests in flight`;
      emitEvent("server.overloaded", { status: 503, code: "SERVICE_UNAVAILABLE", because });
    }
    const retryAfter = String(1 + Math.floor(Math.random() * 5));
    const answer = {
      status: 503,
      code: "SERVICE_UNAVAILABLE",
      headers: [["Retry-After", retryAfter] as const],
    };
    sendPlain(res, answer, around.dress);
  };
}

function pathOf(req: IncomingMessage): string {
  const target = req.url ?? "";
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}

const SAMPLE_MS = 20;

/** How late the event loop runs, smoothed over about ten samples: one long garbage collection is not overload. */
export function watchDelay(): { readonly currentMs: number; readonly stop: () => void } {
  let currentMs = 0;
  let expectedAt = performance.now() + SAMPLE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    currentMs += (Math.max(0, now - expectedAt) - currentMs) * 0.2;
    expectedAt = now + SAMPLE_MS;
  }, SAMPLE_MS).unref();
  return {
    get currentMs() {
      return currentMs;
    },
    stop: () => clearInterval(timer),
  };
}
