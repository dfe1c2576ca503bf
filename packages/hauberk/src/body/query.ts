import type { Request } from "express";
import { refusal } from "../errors/refusal.ts";
import { emitRequestEvent } from "../events/index.ts";
import { readInteger, readOptions, readStringArray } from "../internal/options.ts";
import { contextOf } from "../internal/context.ts";
import { parseForm } from "./parse.ts";

export interface QueryOptions {
  /** Parameters that may be sent more than once; they always become arrays. @default [] */
  readonly repeatable?: readonly string[];
  /** The most parameters of a query string. @default 100 */
  readonly maxKeys?: number;
}

export interface QueryPolicy {
  readonly repeatable: ReadonlySet<string>;
  readonly maxKeys: number;
}

/**
 * Turns the query options into a policy.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_UNKNOWN`, `OPTION_TYPE`
 */
export function parseQueryOptions(input: unknown, call = "query()"): QueryPolicy {
  const options = readOptions(input, ["repeatable", "maxKeys"], { call, path: "query" });
  const range = { min: 1, max: 10_000, fallback: 100 };
  return {
    maxKeys: readInteger(options["maxKeys"], range, { call, path: "query.maxKeys" }),
    repeatable: new Set(readStringArray(options["repeatable"] ?? [], { call, path: "query.repeatable" })),
  };
}

export type Query = Readonly<Record<string, string | readonly string[]>>;

const NO_QUERY: Query = Object.freeze(Object.create(null) as Query);
const DEFAULT: QueryPolicy = parseQueryOptions(undefined);
const guarded = new WeakSet<object>();

/**
 * Makes `req.query` one frozen object a request, read by the rules of forms: flat, no prototype, and a parameter that
 * comes twice without being declared is refused.
 *
 * Express 5 parses the query string anew on every access, so a middleware cannot correct it; the getter itself is
 * replaced. Nothing is parsed, or refused, before a route asks.
 *
 * @param request the prototype of an app's requests
 */
export function guardQuery(request: Request): void {
  if (guarded.has(request)) return;
  guarded.add(request);
  Object.defineProperty(request, "query", {
    configurable: true,
    enumerable: true,
    get(this: Request): Query {
      const context = contextOf(this);
      context.query ??= readQuery(this, context.queryPolicy ?? DEFAULT);
      return context.query;
    },
  });
}

function readQuery(req: Request, policy: QueryPolicy): Query {
  const url = req.url;
  const at = url.indexOf("?");
  if (at === -1 || at === url.length - 1) return NO_QUERY;
  const parsed = parseForm(url.slice(at + 1), policy);
  if (parsed.ok) return Object.freeze(parsed.value as Query);
  const because = `${parsed.code === "BODY_DUPLICATE_FIELD" ? "repeated " : ""}${parsed.because}`;
  const error = refusal("QUERY_REFUSED", { because });
  emitRequestEvent("query.refused", req, { code: error.code, because, status: error.status });
  contextOf(req).reported = error;
  throw error;
}
