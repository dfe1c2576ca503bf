import { ConfigError } from "../errors/config-error.ts";
import {
  readBoolean,
  readInteger,
  readOneOf,
  readOptions,
  readString,
  received,
  wrongType,
} from "../internal/options.ts";
import type { SessionSchema } from "./schema.ts";
import { STORE_METHODS, type SessionStore } from "./store.ts";

/**
 * What a page gets that reads `req.session` while the store fails: a 503, or a visitor's empty session that cannot be
 * written. Requests with an unsafe method are refused either way.
 */
export type OutagePolicy = "refuse" | "anonymous";

export interface SessionOptions {
  /** Where sessions are kept: `sqliteStore({ file })`, `memoryStore()` for tests, or your own. */
  readonly store: SessionStore;
  /** A session without a request for this long is over. @default 1800 (30 minutes) */
  readonly idleSeconds?: number;
  /** A session is over after this long, however busy. Counted again from each login. @default 43_200 (12 hours) */
  readonly absoluteSeconds?: number;
  /** @default "__Host-sid", or "sid" with `insecureHttpCookies` */
  readonly cookieName?: string;
  /** How long a store may take to answer before the request gets a 503. @default 500 */
  readonly storeTimeoutMs?: number;
  /** The most data a session may hold, as JSON. @default 65_536 */
  readonly limitBytes?: number;
  /** Idle time is written back at most this often. @default 60 */
  readonly touchIntervalSeconds?: number;
  /** What pages get while the store fails; `whenStoreFails("anonymous")` says it for one route. @default "refuse" */
  readonly whenStoreFails?: OutagePolicy;
  /** How many sessions one user may have at a time. @default 100 */
  readonly maxPerUser?: number;
  /** What a login beyond that does: end the oldest session, or fail with 409. @default "end-oldest" */
  readonly whenUserIsFull?: "end-oldest" | "refuse";
  /**
   * Checks what comes out of the store, with zod or any Standard Schema library: after a deploy that changes the shape,
   * sessions that no longer fit start anew. It must be synchronous.
   */
  readonly schema?: SessionSchema;
  /**
   * Sends the cookie without `Secure` and without the `__Host-` prefix, for browsers that refuse Secure cookies on
   * http://localhost. Anybody on the network then reads and replaces it.
   * @default false
   */
  readonly insecureHttpCookies?: boolean;
}

export interface SessionPolicy {
  readonly store: SessionStore;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly cookieName: string;
  readonly secure: boolean;
  readonly storeTimeoutMs: number;
  readonly limitBytes: number;
  readonly touchIntervalMs: number;
  readonly whenStoreFails: OutagePolicy;
  readonly maxPerUser: number;
  readonly endOldest: boolean;
  readonly schema: SessionSchema | undefined;
}

/** What hauberk() passes on; the last option is decided for the whole app there. */
export const SESSION_OPTION_NAMES = [
  "store",
  "idleSeconds",
  "absoluteSeconds",
  "cookieName",
  "storeTimeoutMs",
  "limitBytes",
  "touchIntervalSeconds",
  "whenStoreFails",
  "maxPerUser",
  "whenUserIsFull",
  "schema",
] as const;

const KNOWN = [...SESSION_OPTION_NAMES, "insecureHttpCookies"] as const;

const YEAR_SECONDS = 31_536_000;

/**
 * Turns the session options into a policy.
 *
 * @throws {ConfigError} `SESSION_STORE_INVALID`, `SESSION_COOKIE_INVALID`, `OPTION_RANGE`
 */
export function parseSessionOptions(input: unknown, call = "session()"): SessionPolicy {
  const options = readOptions(input, KNOWN, { call });
  const insecure = readBoolean(options["insecureHttpCookies"], false, { call, path: "insecureHttpCookies" });
  const seconds = (key: string, fallback: number, max: number): number =>
    readInteger(options[key], { min: 1, max, fallback }, { call, path: key });
  const absoluteSeconds = seconds("absoluteSeconds", 43_200, YEAR_SECONDS);
  return {
    store: readStore(options["store"], call),
    idleMs: Math.min(seconds("idleSeconds", 1800, YEAR_SECONDS), absoluteSeconds) * 1000,
    absoluteMs: absoluteSeconds * 1000,
    cookieName: readCookieName(options["cookieName"], insecure, call),
    secure: !insecure,
    storeTimeoutMs: readInteger(
      options["storeTimeoutMs"],
      { min: 10, max: 30_000, fallback: 500 },
      { call, path: "storeTimeoutMs" },
    ),
    limitBytes: readInteger(
      options["limitBytes"],
      { min: 256, max: 1_048_576, fallback: 65_536 },
      { call, path: "limitBytes" },
    ),
    touchIntervalMs: seconds("touchIntervalSeconds", 60, 3600) * 1000,
    whenStoreFails: readOneOf(options["whenStoreFails"], ["refuse", "anonymous"], "refuse", {
      call,
      path: "whenStoreFails",
    }),
    maxPerUser: readInteger(
      options["maxPerUser"],
      { min: 1, max: 10_000, fallback: 100 },
      { call, path: "maxPerUser" },
    ),
    endOldest:
      readOneOf(options["whenUserIsFull"], ["end-oldest", "refuse"], "end-oldest", {
        call,
        path: "whenUserIsFull",
      }) === "end-oldest",
    schema: readSchema(options["schema"], call),
  };
}

function readSchema(value: unknown, call: string): SessionSchema | undefined {
  if (value === undefined) return undefined;
  const standard = (value as Readonly<Record<string, unknown>> | null)?.["~standard"];
  if (typeof (standard as Partial<SessionSchema["~standard"]> | null | undefined)?.validate === "function")
    return value as SessionSchema;
  throw wrongType(value, "a Standard Schema, such as z.object({ ... })", { call, path: "schema" });
}

function readStore(value: unknown, call: string): SessionStore {
  const missing = STORE_METHODS.filter(
    (method) => typeof (value as Partial<SessionStore> | null | undefined)?.[method] !== "function",
  );
  if (missing.length === 0) return value as SessionStore;
  throw new ConfigError("SESSION_STORE_INVALID", {
    what: `${call}: option "store" is ${received(value)} and lacks ${missing.join(", ")}.`,
    why: "a store without these cannot end a session for certain or keep parallel requests apart.",
    fix: 'import { sqliteStore } from "hauberk/session/sqlite" and pass sqliteStore({ file: "data/sessions.sqlite" }).',
  });
}

function readCookieName(value: unknown, insecure: boolean, call: string): string {
  const name =
    value === undefined ? (insecure ? "sid" : "__Host-sid") : readString(value, { call, path: "cookieName" });
  const wellFormed = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name);
  // Browsers drop a __Host- cookie without Secure: the session would never come back. They compare without case.
  const prefixFits = insecure ? !/^__(?:host|secure)-/i.test(name) : name.startsWith("__Host-");
  if (wellFormed && prefixFits) return name;
  throw new ConfigError("SESSION_COOKIE_INVALID", {
    what: `${call}: option "cookieName" is ${received(name)}${insecure ? " together with insecureHttpCookies" : ""}.`,
    why: "the __Host- prefix keeps a sibling host from planting a session cookie, and browsers accept it only on Secure cookies.",
    fix: insecure
      ? 'use a plain name such as "sid".'
      : 'start the name with "__Host-", for example "__Host-sid".',
  });
}
