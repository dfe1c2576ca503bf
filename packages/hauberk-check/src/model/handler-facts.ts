import { ancestors, enclosingFunction, walk, type FunctionNode, type t } from "../parse/ast.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { scopesAt } from "./loops.ts";
import { text } from "./operators.ts";
import type { Scope } from "./scope.ts";
import { unknown, type Fn, type Value } from "./values.ts";

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

interface Delegate {
  readonly value: Value;
  readonly node: t.Node;
  readonly conditional: boolean;
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

/** `req.session.userId`, `session?.isAdmin`, `session.uid`. */
function readsUserFromSession(source: string): boolean {
  return [...source.matchAll(/session\??\.(\w+)/gi)].some(([, name = ""]) =>
    /user|auth|logged|account|admin|uid|passport|member|id$/i.test(name),
  );
}

/** Whether anything up to the first `)` of a redirect says so. */
function redirectsTo(source: string, place: RegExp): boolean {
  const [, ...calls] = source.split("redirect(");
  return calls.some((call) => place.test(call.split(")", 1)[0] ?? ""));
}

function refuses(source: string, next: string): boolean {
  return /\.redirect\(/.test(source) || rejects(source, next);
}

function rejects(source: string, next: string): boolean {
  if (
    /\b(?:status|sendStatus|writeHead|send|json)\(\s*4\d\d\b|statusCode\s*=\s*4\d\d|\bthrow\b|[Ff]orbidden|[Uu]nauthorized/.test(
      source,
    )
  )
    return true;
  // Handing on an error that something else made is no refusal: `if (err) return next(err)` after a query.
  return (
    next !== "" &&
    new RegExp(
      String.raw`\b${next}\(\s*(?!['"]route(?:r)?['"]|(?:err|error|e|ex|failure|reason)\s*\))[^\s)]`,
    ).test(source)
  );
}

/** Stands for headers that are set under a name nobody can read here. */
export const ANY_HEADER = "*";

const SETTERS: ReadonlySet<string> = new Set(["set", "setHeader", "header", "append"]);

function headersSet(
  machine: Machine,
  fn: Fn,
  node: t.CallExpression,
  res: string,
): readonly (readonly [string, Value])[] {
  const { callee } = node;
  if (
    callee.type !== "MemberExpression" ||
    callee.property.type !== "Identifier" ||
    !SETTERS.has(callee.property.name)
  )
    return [];
  if (callee.object.type !== "Identifier" || callee.object.name !== res) return [];
  return scopesAt(machine, fn, node).flatMap((scope) => headersIn(machine, node, scope));
}

function headersIn(
  machine: Machine,
  node: t.CallExpression,
  scope: Scope,
): readonly (readonly [string, Value])[] {
  const [name, value] = node.arguments;
  if (name === undefined) return [];
  const key = machine.evaluate(name, scope);
  if (key.k === "obj") return [...key.props].map(([header, set]) => [header.toLowerCase(), set] as const);
  const header = text(key);
  if (header === undefined) return [[ANY_HEADER, unknown("a header whose name is not known")]];
  return [[header.toLowerCase(), value === undefined ? unknown("no value") : machine.evaluate(value, scope)]];
}

/** The text of one of the project's functions that gets the request, or a part of it, to judge: `isOwn(req.headers)`. */
function readHelper(machine: Machine, fn: Fn, node: t.CallExpression, req: string): string | undefined {
  if (req === "" || node.callee.type !== "Identifier") return undefined;
  const isGiven = node.arguments.some((one) => leftmostName(one) === req);
  if (!isGiven) return undefined;
  const value = machine.evaluate(node.callee, new LexicalScope(machine, fn.module, node, fn));
  if (value.k !== "fn" || value.node === fn.node) return undefined;
  return value.module.text.slice(value.node.start ?? 0, value.node.end ?? 0);
}

function leftmostName(node: t.Node): string | undefined {
  let at = node;
  while (at.type === "MemberExpression" || at.type === "OptionalMemberExpression") at = at.object;
  return at.type === "Identifier" ? at.name : undefined;
}

function readDelegate(
  machine: Machine,
  fn: Fn,
  node: t.CallExpression,
  own: readonly string[],
): Delegate | undefined {
  const given = node.arguments.map((one) => (one.type === "Identifier" ? one.name : ""));
  if (own.some((name) => name === "" || !given.includes(name))) return undefined;
  if (given.indexOf(own[0] ?? "") !== 0) return undefined;
  const scope = new LexicalScope(machine, fn.module, node, fn);
  const value = machine.evaluate(node.callee, scope);
  const conditional = isGuarded(node, fn.node);
  return { value, node, conditional };
}

function isGuarded(node: t.Node, fn: FunctionNode): boolean {
  for (const up of ancestors(node)) {
    if (up === fn) break;
    if (up.type === "IfStatement" || up.type === "ConditionalExpression" || up.type === "LogicalExpression")
      return true;
  }
  // An early `if (...) return next();` above the call has the same effect.
  const body = fn.body.type === "BlockStatement" ? fn.body.body : [];
  return body.some(
    (one) =>
      one.type === "IfStatement" && (one.start ?? 0) < (node.start ?? 0) && enclosingFunction(one) === fn,
  );
}
