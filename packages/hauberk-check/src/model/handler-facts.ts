import { walk, type FunctionNode } from "../parse/ast.ts";
import { readDelegate, readHelper, type Delegate } from "./handler-calls.ts";
import { isGuarded } from "./handler-conditions.ts";
import { headersSet } from "./handler-headers.ts";
import { readsUserFromSession, redirectsTo, refuses, rejects } from "./handler-words.ts";
import type { Machine } from "./machine.ts";
import type { Fn, Value } from "./values.ts";

/** What one of the project's own middleware functions was seen to do. */
export interface HandlerFacts {
  /** Response headers it sets, in lower case. */
  readonly headers: ReadonlyMap<string, Value>;
  /** Those of them that it sets under a condition of its own. */
  readonly sometimes: ReadonlySet<string>;
  readonly removesPoweredBy: boolean;
  /** Middleware it calls with its own request and response. */
  readonly delegates: readonly Delegate[];
  /** Answers 4xx, redirects, throws or calls `next(error)`. */
  readonly refuses: boolean;
  /** The same without redirects. */
  readonly rejects: boolean;
  readonly readsOrigin: boolean;
  readonly readsToken: boolean;
  readonly readsUser: boolean;
  readonly readsCredentials: boolean;
  readonly callsNext: boolean;
  readonly isErrorHandler: boolean;
  /** Names it puts on `res.locals`. */
  readonly locals: ReadonlySet<string>;
  readonly counts: boolean;
  readonly redirectsToHttps: boolean;
  readonly redirectsToLogin: boolean;
  readonly source: string;
}

const CACHE = new WeakMap<FunctionNode, HandlerFacts>();

export function factsOf(machine: Machine, fn: Fn): HandlerFacts {
  const cached = CACHE.get(fn.node);
  if (cached !== undefined) return cached;
  const facts = read(machine, fn);
  CACHE.set(fn.node, facts);
  return facts;
}

function read(machine: Machine, fn: Fn): HandlerFacts {
  const source = fn.module.text.slice(fn.node.start ?? 0, fn.node.end ?? 0);
  const names = fn.node.params.map((param) => (param.type === "Identifier" ? param.name : ""));
  const isErrorHandler = names.length === 4;
  const [req = "", res = "", next = ""] = isErrorHandler ? names.slice(1) : names;
  const headers = new Map<string, Value>();
  const sometimes = new Set<string>();
  const delegates: Delegate[] = [];
  const helpers: string[] = [];
  walk(fn.node.body, (node) => {
    if (node.type !== "CallExpression") return;
    for (const [name, value] of headersSet(machine, fn, node, res)) {
      headers.set(name, value);
      if (isGuarded(node, fn.node)) sometimes.add(name);
    }
    const helper = readHelper(machine, fn, node, req);
    if (helper !== undefined) helpers.push(helper);
    const delegate = readDelegate(machine, fn, node, [req, res]);
    if (delegate !== undefined) delegates.push(delegate);
  });
  const reading = [source, ...helpers].join("\n");
  return {
    headers,
    sometimes,
    delegates,
    isErrorHandler,
    source,
    removesPoweredBy: /removeHeader\(\s*['"]x-powered-by/i.test(source),
    refuses: refuses(source, next),
    rejects: rejects(source, next),
    readsOrigin:
      /['"](?:origin|referer|referrer|sec-fetch-site)['"]|headers\??\.(?:origin|referer|referrer)\b/i.test(
        reading,
      ),
    readsToken: /csrf|xsrf/i.test(reading),
    readsUser:
      readsUserFromSession(source) ||
      /\b(?:isAuthenticated|isUnauthenticated)\b|\breq(?:uest)?\??\.(?:user|auth|account|currentUser|token)\b|locals\??\.(?:user|currentUser)/i.test(
        source,
      ),
    readsCredentials: /authorization|x-api-key|x-access-token|\bverify\s*\(|bearer|api[-_]?key/i.test(source),
    callsNext: next !== "" && new RegExp(String.raw`\b${next}\s*\(`).test(source),
    locals: new Set([...source.matchAll(/\blocals\.(\w+)\s*=/g)].map((match) => match[1] ?? "")),
    counts: /\b(?:consume|limiter|rateLimit|attempts|too many|429)\b/i.test(source),
    redirectsToLogin: redirectsTo(source, /log-?in|sign-?in|auth/i),
    redirectsToHttps:
      redirectsTo(source, /https:\/\//) && /secure|x-forwarded-proto|protocol|encrypted/i.test(source),
  };
}
