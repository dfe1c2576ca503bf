import { randomText } from "../../internal/random.ts";
import type { CookieOptions } from "./cookie.ts";
import type { InnerStore } from "./hashed-store.ts";
import { MemoryStore } from "./memory-store.ts";
import type { SessionRequest } from "./session.ts";

/** The options of express-session 1.19, with its defaults. */
export interface SessionOptions {
  /** What signs the cookie; with a list, the first signs and all of them verify. */
  readonly secret?: string | readonly string[];
  /** @default "connect.sid" */
  readonly name?: string;
  /** The old name of `name`. */
  readonly key?: string;
  /** @default a `MemoryStore` of its own */
  readonly store?: InnerStore;
  /** @default { path: "/", httpOnly: true, secure: false, maxAge: null } */
  readonly cookie?: CookieOptions | ((req: never) => CookieOptions);
  /** @default 24 random bytes */
  readonly genid?: (req: never) => string;
  /** Believes the first `X-Forwarded-Proto`; undefined asks Express's "trust proxy". @default undefined */
  readonly proxy?: boolean | undefined;
  /** @default true, with a warning */
  readonly resave?: boolean;
  /** @default false */
  readonly rolling?: boolean;
  /** @default true, with a warning */
  readonly saveUninitialized?: boolean;
  /** What `req.session = null` does. @default "keep" */
  readonly unset?: "destroy" | "keep";
}

export interface Policy {
  readonly name: string;
  readonly inner: InnerStore;
  readonly secrets: readonly string[] | undefined;
  readonly cookieOf: (req: SessionRequest) => CookieOptions;
  readonly generateId: (req: SessionRequest) => unknown;
  readonly proxy: boolean | undefined;
  readonly resave: boolean;
  readonly rolling: boolean;
  readonly saveUninitialized: boolean;
  readonly unsetDestroy: boolean;
}

/**
 * Reads the options as express-session does: the same defaults, and the same errors in the same words.
 *
 * @throws {TypeError} for a `genid`, `unset` or `secret` that cannot be used
 */
export function parseOptions(options: SessionOptions = {}): Policy {
  const { genid, unset, cookie = {} } = options;
  if (Boolean(genid) && typeof genid !== "function") throw new TypeError("genid option must be a function");
  const [resave, saveUninitialized] = [
    defaulted(options.resave, "resave"),
    defaulted(options.saveUninitialized, "saveUninitialized"),
  ];
  if (Boolean(unset) && unset !== "destroy" && unset !== "keep")
    throw new TypeError('unset option must be "destroy" or "keep"');
  return {
    name: firstText(options.name, options.key) ?? "connect.sid",
    inner: options.store ?? new MemoryStore(),
    secrets: readSecrets(options.secret),
    cookieOf: typeof cookie === "function" ? (cookie as Policy["cookieOf"]) : () => cookie,
    generateId: (genid as Policy["generateId"] | undefined) ?? (() => randomText(24)),
    proxy: options.proxy,
    resave,
    rolling: Boolean(options.rolling),
    saveUninitialized,
    unsetDestroy: unset === "destroy",
  };
}

function firstText(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.find((text) => text !== undefined && text !== "");
}

function defaulted(value: boolean | undefined, name: string): boolean {
  if (value !== undefined) return value;
  process.emitWarning(`undefined ${name} option; provide ${name} option`, "DeprecationWarning");
  return true;
}

function readSecrets(secret: SessionOptions["secret"]): readonly string[] | undefined {
  if (Array.isArray(secret) && secret.length === 0)
    throw new TypeError("secret option array must contain one or more strings");
  if (!secret) {
    process.emitWarning("req.secret; provide secret option", "DeprecationWarning");
    return undefined;
  }
  return typeof secret === "string" ? [secret] : [...secret];
}
