import { walk, type FunctionNode } from "../parse/ast.ts";
import { readDelegate, readHelper, type Delegate } from "./handler-calls.ts";
import { isGuarded } from "./handler-conditions.ts";
import { headersSet } from "./handler-headers.ts";
import { readsOrigin, readsUser, redirectsTo, refuses, rejects } from "./handler-words.ts";
import type { Scope } from "./scope.ts";
import type { Machine } from "./machine.ts";
import { sourceText } from "./module.ts";
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

const CACHE = new WeakMap<FunctionNode, WeakMap<Scope, HandlerFacts>>();

/** By what it closes over, too: `wrap(first)` and `wrap(second)` are the same lines of code, and call different handlers. */
export function factsOf(machine: Machine, fn: Fn): HandlerFacts {
  const known = CACHE.get(fn.node) ?? new WeakMap<Scope, HandlerFacts>();
  CACHE.set(fn.node, known);
  const facts = known.get(fn.scope) ?? read(machine, fn);
  known.set(fn.scope, facts);
  return facts;
}

function read(machine: Machine, fn: Fn): HandlerFacts {
  // What a comment says is not done: "simply call next()" in an error handler that answers.
  const source = sourceText(fn.module, fn.node);
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
  return new SourceFacts({ headers, sometimes, delegates, isErrorHandler, source, helpers, next });
}

type Seen = Pick<HandlerFacts, "headers" | "sometimes" | "delegates" | "isErrorHandler" | "source"> & {
  /** The texts of the project's functions that it asks. */
  readonly helpers: readonly string[];
  readonly next: string;
};

/** What its text says is looked for when somebody asks: of most functions that is whether it calls `next`, and no more. */
class SourceFacts implements HandlerFacts {
  readonly headers: ReadonlyMap<string, Value>;
  readonly sometimes: ReadonlySet<string>;
  readonly delegates: readonly Delegate[];
  readonly isErrorHandler: boolean;
  readonly source: string;
  readonly #helpers: readonly string[];
  readonly #next: string;
  #removesPoweredBy: boolean | undefined;
  #refuses: boolean | undefined;
  #rejects: boolean | undefined;
  #readsOrigin: boolean | undefined;
  #readsToken: boolean | undefined;
  #readsUser: boolean | undefined;
  #readsCredentials: boolean | undefined;
  #callsNext: boolean | undefined;
  #locals: ReadonlySet<string> | undefined;
  #counts: boolean | undefined;
  #redirectsToHttps: boolean | undefined;
  #redirectsToLogin: boolean | undefined;

  constructor({ headers, sometimes, delegates, isErrorHandler, source, helpers, next }: Seen) {
    this.headers = headers;
    this.sometimes = sometimes;
    this.delegates = delegates;
    this.isErrorHandler = isErrorHandler;
    this.source = source;
    this.#helpers = helpers;
    this.#next = next;
  }

  get removesPoweredBy(): boolean {
    return (this.#removesPoweredBy ??= /removeHeader\(\s*['"]x-powered-by/i.test(this.source));
  }

  get refuses(): boolean {
    return (this.#refuses ??= refuses(this.source, this.#next));
  }

  get rejects(): boolean {
    return (this.#rejects ??= rejects(this.source, this.#next));
  }

  get readsOrigin(): boolean {
    return (this.#readsOrigin ??= readsOrigin(this.#reading()));
  }

  get readsToken(): boolean {
    return (this.#readsToken ??= /csrf|xsrf/i.test(this.#reading()));
  }

  get readsUser(): boolean {
    return (this.#readsUser ??= readsUser(this.source));
  }

  get readsCredentials(): boolean {
    return (this.#readsCredentials ??=
      /authorization|x-api-key|x-access-token|\bverify\s*\(|bearer|api[-_]?key/i.test(this.source));
  }

  get callsNext(): boolean {
    return (this.#callsNext ??=
      this.#next !== "" && new RegExp(String.raw`\b${this.#next}\s*\(`).test(this.source));
  }

  get locals(): ReadonlySet<string> {
    return (this.#locals ??= new Set(
      [...this.source.matchAll(/\blocals\.(\w+)\s*=/g)].map((match) => match[1] ?? ""),
    ));
  }

  get counts(): boolean {
    return (this.#counts ??= /\b(?:consume|limiter|rateLimit|attempts|too many|429)\b/i.test(this.source));
  }

  get redirectsToLogin(): boolean {
    return (this.#redirectsToLogin ??= redirectsTo(this.source, /log-?in|sign-?in|auth/i));
  }

  get redirectsToHttps(): boolean {
    return (this.#redirectsToHttps ??=
      redirectsTo(this.source, /https:\/\//) &&
      /secure|x-forwarded-proto|protocol|encrypted/i.test(this.source));
  }

  #reading(): string {
    return [this.source, ...this.#helpers].join("\n");
  }
}
