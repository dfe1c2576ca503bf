import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Site } from "../../model/values.ts";
import { ancestors, isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import type { Where } from "../rule.ts";
import { callersOf } from "./callers.ts";
import { containsRequestData } from "./built-values.ts";
import { callArguments, handlerAround, isHelper, type HandlerNames } from "./nodes.ts";
import { withCarried } from "./carried.ts";
import { withFields } from "./held-fields.ts";
import { handOver, inside, type Hop } from "./given-parameters.ts";
import { messageAround } from "./messages.ts";
import type { Held, RequestPart } from "./held.ts";
import { callsIn, returnedFor } from "./returned.ts";
import type { Returned } from "./returned-values.ts";
import { isPieceTested } from "./untested.ts";
import { isValidatedRoute } from "./validated-routes.ts";

/**
 * The request handler a node stands in, the function that a socket, a GraphQL query or passport calls, or the function of the project that
 * one of these, in whatever file, hands request data to: its parameters then hold what the request held.
 */
export function dataAround(node: t.Node, where: Where): HandlerNames | undefined {
  return withFields(knownAround(node, where), node, where, helperOf);
}

function knownAround(node: t.Node, where: Where): HandlerNames | undefined {
  const handler = messageAround(node, where) ?? handlerAround(node);
  if (handler === undefined) return helperAround(node, where);
  return withCarried(handler.fn.params.some(isOfItsOwn) ? withGiven(handler, where) : handler, where);
}

/** `function login(user, password, req, res)` is no handler that Express calls: others hand the first two over. */
function withGiven(handler: HandlerNames, { program, module }: Where): HandlerNames {
  const helper = helperOf(handler.fn, module, program);
  return helper === undefined ? handler : { ...helper, req: handler.req, res: handler.res };
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
  if (!isHelper(handler) && isValidatedRoute(handler.fn, call.module, program)) return false;
  let isAny = false;
  const made = (value: t.Node): Held | undefined => madeBy(value, { call, handler }, program);
  const args = callArguments(call.node);
  for (const [i, param] of fn.params.entries()) {
    for (const argument of param.type === "RestElement" ? args.slice(i) : args.slice(i, i + 1)) {
      if (argument.type === "SpreadElement") return isAny;
      for (const [name, held] of handOver(param, argument, { call, handler, made })) {
        isAny = true;
        given.set(name, strongest(given.get(name), held));
      }
    }
  }
  return isAny;
}

/** How many functions deep it is followed what functions make of what they are given: `run(sqlOf(partOf(req.query)))`. */
const MAX_MADE = 2;
let making = 0;

/** `run(sqlOf(req.query.name))`: the text another function of the project puts together, where that asks nothing. */
function madeBy(value: t.Node, { call, handler }: Hop, program: Program): Held | undefined {
  if (making >= MAX_MADE) return undefined;
  making += 1;
  try {
    for (const node of callsIn(value, handler))
      for (const one of returnedBy({ module: call.module, node }, handler, program)) {
        const part = asItIs(one);
        if (part !== undefined) return { part, raw: false, whole: false };
      }
    return undefined;
  } finally {
    making -= 1;
  }
}

function asItIs({ value, handler, module }: Returned): RequestPart | undefined {
  const part = containsRequestData(value, handler);
  return part === undefined || isPieceTested(value, value, module, handler) ? undefined : part;
}

/** What the function that a call is of gives back for it. */
export const returnedBy = (call: Site, handler: HandlerNames, program: Program): readonly Returned[] =>
  returnedFor(call, handler, program, givenBy);

/** What of the request one call puts into the parameters of a function. */
function givenBy(fn: FunctionNode, call: Site, program: Program): ReadonlyMap<string, Held> {
  const given = new Map<string, Held>();
  takesOver(fn, call, program, given);
  return given;
}

/** Of two calls the one that hands over more decides. */
const strongest = (before: Held | undefined, now: Held): Held =>
  before === undefined
    ? now
    : {
        part: before.part,
        raw: before.raw || now.raw,
        whole: before.whole || now.whole,
        ...(before.typed === true || now.typed === true ? { typed: true } : {}),
        ...exceptInBoth(before, now),
      };

/** What the schema says of each of the two. */
function exceptInBoth({ except: one }: Held, { except: other }: Held): Pick<Held, "except"> {
  return one === undefined || other === undefined
    ? {}
    : { except: new Set([...one].filter((key) => other.has(key))) };
}

const MAX_SHOWN = 3;

/** The calls that hand the request data over, for the evidence of a finding. */
export function handedOverAt(
  handler: HandlerNames,
): readonly { readonly at: Site; readonly message: string }[] {
  const over = (handler.from ?? []).map((at) => ({ at, message: "Request data is handed over here." }));
  return [...over.slice(0, MAX_SHOWN), ...(handler.keptAt ?? []).slice(0, MAX_SHOWN)];
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
