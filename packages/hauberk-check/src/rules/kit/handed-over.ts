import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Site } from "../../model/values.ts";
import { ancestors, isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import type { NodeContext } from "../rule.ts";
import { containsRequestData, piecesOf } from "./built-values.ts";
import { callersOf } from "./callers.ts";
import { objectNamed } from "./objects.ts";
import { callArguments, handlerAround, keyName, sourceText, type HandlerNames } from "./nodes.ts";
import { messageAround } from "./messages.ts";
import type { Held } from "./held.ts";
import { heldBy } from "./request-data.ts";
import { isTestedBefore } from "./tested.ts";
import { isValidatedRoute } from "./validated-routes.ts";

type Where = Pick<NodeContext, "program" | "module">;

/**
 * The request handler a node stands in, the function that a socket or a GraphQL query calls, or the function of the project that
 * one of these, in whatever file, hands request data to: its parameters then hold what the request held.
 */
export function dataAround(node: t.Node, where: Where): HandlerNames | undefined {
  const handler = messageAround(node, where) ?? handlerAround(node);
  if (handler === undefined) return helperAround(node, where);
  return handler.fn.params.some(isOfItsOwn) ? withGiven(handler, where) : handler;
}

/** `function login(user, password, req, res)` is no handler that Express calls: others hand the first two over. */
function withGiven(handler: HandlerNames, { program, module }: Where): HandlerNames {
  const helper = helperOf(handler.fn, module, program);
  if (helper === undefined) return handler;
  const { given, from } = helper;
  return { ...handler, ...(given && { given }), ...(from && { from }) };
}

const OF_EXPRESS =
  /^_*(?:req(?:uest)?|res(?:p|ponse)?|reply|next|err(?:or)?|e|done|cb|callback|socket|head)$/;

const isOfItsOwn = (param: t.Node): boolean => param.type === "Identifier" && !OF_EXPRESS.test(param.name);

let last: { readonly node: t.Node; readonly helper: HandlerNames | undefined } | undefined;

function helperAround(node: t.Node, { program, module }: Where): HandlerNames | undefined {
  if (last?.node === node) return last.helper;
  let helper: HandlerNames | undefined;
  for (const up of ancestors(node)) {
    if (isFunction(up) && up.params.length > 0) helper = helperOf(up, module, program);
    if (helper !== undefined) break;
  }
  last = { node, helper };
  return helper;
}

const HELPERS = new WeakMap<FunctionNode, HandlerNames | "being looked at" | "none">();

/** What is being asked: how deep in callers of callers, and which answers came while one that they lead back to was open. */
const asking = { depth: 0, isOpen: false, foundAny: false, early: new Set<FunctionNode>() };
/** Functions that call each other in larger circles are asked once, whatever is missed. */
const MAX_EARLY = 200;

/** What a function's own parameters hold, also of one that stands inside a handler and is called there. */
export function helperOf(fn: FunctionNode, module: Module, program: Program): HandlerNames | undefined {
  const known = HELPERS.get(fn);
  if (known !== undefined) {
    asking.isOpen ||= known === "being looked at" || asking.early.has(fn);
    return typeof known === "string" ? undefined : known;
  }
  HELPERS.set(fn, "being looked at");
  const before = asking.isOpen;
  asking.isOpen = false;
  asking.depth += 1;
  const given = new Map<string, Held>();
  const from = callersOf(fn, module, program).filter((call) => takesOver(fn, call, program, given));
  const helper = from.length === 0 ? undefined : { fn, req: "", res: "", given, from };
  HELPERS.set(fn, helper ?? "none");
  asking.depth -= 1;
  asking.foundAny ||= helper !== undefined;
  if (asking.depth === 0) forgetEarly();
  else if (asking.isOpen) asking.early.add(fn);
  asking.isOpen ||= before;
  return helper;
}

/**
 * Of `first` and `second`, which call each other, whoever was asked second knew nothing of what the first is given: it is asked
 * again. Where nothing was found in the whole circle there is nothing to know.
 */
function forgetEarly(): void {
  if (asking.foundAny && asking.early.size <= MAX_EARLY) for (const fn of asking.early) HELPERS.delete(fn);
  asking.early.clear();
  asking.isOpen = false;
  asking.foundAny = false;
}

/** Notes what of the request this call puts into the parameters; false when it is nothing. */
function takesOver(fn: FunctionNode, call: Site, program: Program, given: Map<string, Held>): boolean {
  const handler = dataAround(call.node, { program, module: call.module });
  if (handler === undefined) return false;
  if (handler.given === undefined && isValidatedRoute(handler.fn, call.module, program)) return false;
  let isAny = false;
  const args = callArguments(call.node);
  for (const [i, param] of fn.params.entries()) {
    for (const argument of param.type === "RestElement" ? args.slice(i) : args.slice(i, i + 1)) {
      if (argument.type === "SpreadElement") return isAny;
      for (const [name, held] of handOver(param, argument, { call, handler })) {
        isAny = true;
        given.set(name, strongest(given.get(name), held));
      }
    }
  }
  return isAny;
}

/** What of the request one call puts into the parameters of a function. */
export function givenBy(fn: FunctionNode, call: Site, program: Program): ReadonlyMap<string, Held> {
  const given = new Map<string, Held>();
  takesOver(fn, call, program, given);
  return given;
}

/** Of two calls the one that hands over more decides. */
const strongest = (before: Held | undefined, now: Held): Held =>
  before === undefined
    ? now
    : { part: before.part, raw: before.raw || now.raw, whole: before.whole || now.whole };

interface Hop {
  readonly call: Site;
  readonly handler: HandlerNames;
}

/** What each name of a parameter holds: `name` of `({ name })`, and `filter.name` where the call gave `{ name: req.query.name }`. */
function handOver(param: t.Node, argument: t.Node, hop: Hop): readonly (readonly [string, Held])[] {
  if (param.type === "AssignmentPattern") return handOver(param.left, argument, hop);
  if (param.type === "TSParameterProperty") return handOver(param.parameter, argument, hop);
  if (param.type === "RestElement") return items(param.argument, argument, hop);
  const value = inside(argument);
  const object = value.type === "Identifier" ? objectNamed(value.name, hop.handler) : value;
  if (object?.type === "ObjectExpression") return fromObject(param, object, hop);
  const list = value.type === "Identifier" ? listNamed(value.name, hop.handler) : value;
  if (list?.type === "ArrayExpression") return fromList(param, list, hop);
  const held = untested(value, hop);
  if (held === undefined) return [];
  if (param.type === "Identifier") return [[param.name, held]];
  return param.type === "ObjectPattern" ? parts(param, () => held) : [];
}

/** `(name, ...rest)`: one of the rest, of which nobody says which. */
function items(rest: t.Node, argument: t.Node, hop: Hop): readonly (readonly [string, Held])[] {
  const held = rest.type === "Identifier" ? untested(inside(argument), hop) : undefined;
  return held === undefined || rest.type !== "Identifier"
    ? []
    : [[rest.name, { ...held, raw: false, whole: false }]];
}

/** The list that a variable is made to hold, and nothing else later. */
function listNamed(name: string, handler: HandlerNames): t.Node | undefined {
  const [only, ...others] = piecesOf(name, handler);
  return others.length === 0 ? only : undefined;
}

/** `find([req.query.name])`: each item under its place, `parameters.0`. */
function fromList(
  param: t.Node,
  { elements }: t.ArrayExpression,
  hop: Hop,
): readonly (readonly [string, Held])[] {
  return elements.flatMap((one, i) => {
    const held = one === null || one.type === "SpreadElement" ? undefined : untested(one, hop);
    if (held === undefined) return [];
    if (param.type === "Identifier")
      return [[`${param.name}.${String(i)}`, { ...held, whole: false }] as const];
    const item = param.type === "ArrayPattern" ? param.elements[i] : undefined;
    return item?.type === "Identifier" ? [[item.name, held] as const] : [];
  });
}

function fromObject(
  param: t.Node,
  object: t.ObjectExpression,
  hop: Hop,
): readonly (readonly [string, Held])[] {
  const fields = new Map<string, Held>();
  let rest: Held | undefined;
  for (const one of object.properties) {
    if (one.type === "ObjectMethod") continue;
    const held = untested(one.type === "SpreadElement" ? one.argument : one.value, hop);
    if (held === undefined) continue;
    if (one.type === "SpreadElement") rest = held;
    else fields.set(keyName(one.key), { ...held, whole: false });
  }
  if (param.type === "ObjectPattern") return parts(param, (key) => fields.get(key) ?? rest);
  if (param.type !== "Identifier") return [];
  const named = [...fields].map(([key, held]) => [`${param.name}.${key}`, held] as const);
  return rest === undefined ? named : [...named, [param.name, rest]];
}

function parts(
  pattern: t.ObjectPattern,
  heldUnder: (key: string) => Held | undefined,
): readonly (readonly [string, Held])[] {
  return pattern.properties.flatMap((one) => {
    if (one.type !== "ObjectProperty") return [];
    const held = heldUnder(keyName(one.key));
    const target = one.value.type === "AssignmentPattern" ? one.value.left : one.value;
    return held === undefined || target.type !== "Identifier"
      ? []
      : [[target.name, { ...held, whole: false }] as const];
  });
}

function untested(value: t.Node, { call, handler }: Hop): Held | undefined {
  const held = heldBy(value, handler) ?? builtOf(value, handler);
  if (held === undefined) return undefined;
  return isTestedBefore(call.module, call.node, sourceText(call.module, value), handler) ? undefined : held;
}

function builtOf(value: t.Node, handler: HandlerNames): Held | undefined {
  const part = containsRequestData(value, handler);
  return part === undefined ? undefined : { part, raw: false, whole: false };
}

function inside(node: t.Node): t.Node {
  return node.type === "TSAsExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "TSSatisfiesExpression"
    ? inside(node.expression)
    : node;
}

const MAX_SHOWN = 3;

/** The calls that hand the request data over, for the evidence of a finding. */
export function handedOverAt(
  handler: HandlerNames,
): readonly { readonly at: Site; readonly message: string }[] {
  return (handler.from ?? [])
    .slice(0, MAX_SHOWN)
    .map((at) => ({ at, message: "Request data is handed over here." }));
}

/** Where the calls of such a function write what one of its parameters, never assigned to, holds. */
export function argumentsGiven(
  name: string,
  { fn, from, given }: HandlerNames,
  program: Program,
): readonly Earlier[] {
  if (given?.has(name) !== true) return [];
  const at = fn.params.findIndex((param) => param.type === "Identifier" && param.name === name);
  if (at === -1) return [];
  return (from ?? []).flatMap((call) => {
    const argument = callArguments(call.node)[at];
    const handler = dataAround(call.node, { program, module: call.module });
    return argument === undefined || handler === undefined
      ? []
      : [{ call, argument: inside(argument), handler }];
  });
}

/** An argument, the call it is given in, and the function around that. */
interface Earlier {
  readonly call: Site;
  readonly argument: t.Node;
  readonly handler: HandlerNames;
}
