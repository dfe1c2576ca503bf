import type { Site } from "../../model/values.ts";
import { walk, type Node, type t } from "../../parse/ast.ts";
import type { NodeContext, Problem } from "../rule.ts";
import { callArguments, calleeAsWritten, sourceText, type HandlerNames } from "./nodes.ts";
import { areCheckedParams } from "./checked-params.ts";
import { builtAs, containsRequestData, piecesOf } from "./built-values.ts";
import { argumentsGiven, dataAround, handedOverAt, returnedBy } from "./handed-over.ts";
import { fieldValue } from "./objects.ts";
import type { RequestPart } from "./held.ts";
import { itemsOf, joinedList } from "./joined-lists.ts";
import { callsIn, isResult } from "./returned.ts";
import { fieldGivenBack, fieldOfCall } from "./returned-fields.ts";
import { mentions } from "./mentions.ts";
import { putsInto } from "./own-fields.ts";
import { isNarrowedBefore } from "./tested.ts";

export interface Sink {
  readonly callee: RegExp;
  /** Which argument is dangerous; -1 is the last. @default 0 */
  readonly at?: number;
  /** The module must mention this. */
  readonly needs?: RegExp;
}

/** Request data that has come to a dangerous argument. */
export interface Reached {
  /** The expression that the data is part of. */
  readonly argument: t.Node;
  /** The function it stands in. */
  readonly handler: HandlerNames;
  /** What is written there, with what the variables in it were made of. */
  readonly text: string;
  /** `body`, `query` and so on. */
  readonly source: RequestPart;
  /** The call it is given to: the dangerous one, or one of a function that hands it on as it is. */
  readonly at: Site;
  /** Another function gives it back, and the call is given what that makes. */
  readonly isGivenBack?: boolean;
  /** The file it is written in. */
  readonly module: Site["module"];
  /** The other calls on its way. */
  readonly related: NonNullable<Problem["related"]>;
}

/** Request data that reaches a dangerous argument unchanged and untested, also through functions of other files. */
export function checkSink(
  node: Node,
  context: NodeContext,
  sinks: readonly Sink[],
  found: (reached: Reached) => void,
): void {
  const sink = sinkNamed(calleeAsWritten(node), sinks, context);
  const argument = sink === undefined ? undefined : callArguments(node).at(sink.at ?? 0);
  if (argument !== undefined) checkArgument(node, argument, context, found);
}

/** Asked for every call there is, and nearly always in vain. */
function sinkNamed(name: string, sinks: readonly Sink[], { module }: NodeContext): Sink | undefined {
  for (let i = 0; i < sinks.length; i += 1) {
    const one = sinks[i];
    if (one?.callee.test(name) === true && (one.needs === undefined || mentions(module, one.needs)))
      return one;
  }
  return undefined;
}

/** The same for one argument that the rule has found itself; `idle` are functions whose answer says nothing about the danger. */
export function checkArgument(
  node: Node,
  given: t.Node,
  context: NodeContext,
  found: (reached: Reached) => void,
  idle: readonly string[] = [],
): void {
  if (given.type === "StringLiteral" || given.type === "NumericLiteral") return;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  const at = { module: context.module, node };
  for (const reached of reach({ given, handler, at, via: [], idle }, context)) found(reached);
}

interface Stop {
  readonly given: t.Node;
  readonly handler: HandlerNames;
  readonly at: Site;
  readonly via: Reached["related"];
  readonly idle: readonly string[];
  readonly returns?: number;
}

function reach(stop: Stop, context: NodeContext): readonly Reached[] {
  const { given, handler, at, via, idle } = stop;
  const built = given.type === "Identifier" ? builtAs(given.name, handler) : undefined;
  const argument = built ?? given;
  const source = containsRequestData(argument, handler);
  if (source === undefined) return reachThroughCalls(stop, context);
  if (
    built !== undefined &&
    isNarrowedBefore(at.module, at.node, sourceText(at.module, given), handler, idle)
  )
    return [];
  const names = dataIn(argument, handler).map((one) => sourceText(at.module, one));
  if (names.some((one) => isNarrowedBefore(at.module, at.node, one, handler, idle))) return [];
  // `run(command)` hands on what it is given: the text is put together where `run` is called.
  const earlier =
    argument.type === "Identifier" ? argumentsGiven(argument.name, handler, context.program) : [];
  if (earlier.length > 0) {
    const next = [...via, { at, message: "It is handed on to here." }];
    return earlier.flatMap((one) =>
      reach({ given: one.argument, handler: one.handler, at: one.call, via: next, idle }, context),
    );
  }
  const text = writtenText(argument, handler, at.module);
  if (source === "params" && areCheckedParams(text, context.program)) return [];
  return [
    { argument, handler, text, source, at, module: at.module, related: [...handedOverAt(handler), ...via] },
  ];
}

/** How many functions deep what is given back is followed. */
const MAX_RETURNS = 3;

/** `res.sendFile(pathOf(req))`: what the functions give back whose results are part of the argument. */
function reachThroughCalls(stop: Stop, context: NodeContext): readonly Reached[] {
  const { given, handler, at, via, idle, returns = 0 } = stop;
  if (
    returns >= MAX_RETURNS ||
    isNarrowedBefore(at.module, at.node, sourceText(at.module, given), handler, idle)
  )
    return [];
  for (const node of callsIn(given, handler)) {
    const call = { module: at.module, node };
    for (const one of returnedBy(call, handler, context.program)) {
      const place = { module: one.module, node: one.value };
      const [inner] = reach(
        { given: one.value, handler: one.handler, at: place, via: [], idle, returns: returns + 1 },
        context,
      );
      if (inner === undefined) continue;
      const isAll = isResult(given, node, handler);
      const text = isAll ? inner.text : `${writtenText(given, handler, at.module)}\n${inner.text}`;
      const related = [...handedOverAt(handler), { at: place, message: "It comes from here." }, ...via];
      return [
        isAll
          ? { ...inner, isGivenBack: true, at, related }
          : { ...inner, argument: given, handler, module: at.module, text, at, related },
      ];
    }
  }
  return reachThroughField(stop, context);
}

/** `res.download(found.path)`: the field of what a function gives back. */
function reachThroughField(stop: Stop, context: NodeContext): readonly Reached[] {
  const { given, handler, at, via, idle, returns = 0 } = stop;
  const field = fieldOfCall(given, handler);
  if (field === undefined) return [];
  for (const one of returnedBy({ module: at.module, node: field.call }, handler, context.program)) {
    const value = fieldGivenBack(one.value, field.key, one.handler);
    if (value === undefined) continue;
    const place = { module: one.module, node: value };
    const next = { given: value, handler: one.handler, at: place, via: [], idle, returns: returns + 1 };
    const [inner] = reach(next, context);
    if (inner === undefined) continue;
    const related = [...handedOverAt(handler), { at: place, message: "It comes from here." }, ...via];
    return [{ ...inner, isGivenBack: true, at, related }];
  }
  return [];
}

/** What is written there, and what the variables in it are made of. */
export function writtenText(node: t.Node, handler: HandlerNames, module: Site["module"]): string {
  const texts = [sourceText(module, node)];
  const seen = new Set<string>();
  const look = (one: t.Node): void => {
    if (one.type === "MemberExpression" && one.object.type === "ThisExpression") {
      const field = sourceText(module, one);
      if (seen.has(field)) return;
      seen.add(field);
      for (const piece of putsInto(one, module)) texts.push(sourceText(module, piece));
    }
    if (one.type !== "Identifier" || seen.has(one.name)) return;
    seen.add(one.name);
    for (const piece of piecesOf(one.name, handler)) {
      texts.push(sourceText(module, piece));
      walk(piece, look);
    }
  };
  walk(node, look);
  return texts.join("\n");
}

/** `a = b + 1, b = a + 1` ends. */
const MAX_PIECES = 20;

/** The piece that came with the request, however deep it stands, and the variables on the way: `name` of `join(folder, `${name}.json`)`. */
function dataIn(argument: t.Node, handler: HandlerNames, depth = 0): readonly t.Node[] {
  const data =
    depth > MAX_PIECES
      ? undefined
      : partsOf(argument, handler).find((one) => containsRequestData(one, handler) !== undefined);
  if (data === undefined || data === argument) return [argument];
  const inner = dataIn(data, handler, depth + 1);
  return argument.type === "Identifier" || argument.type === "MemberExpression"
    ? [argument, ...inner]
    : inner;
}

function partsOf(argument: t.Node, handler: HandlerNames): readonly t.Node[] {
  if (argument.type === "Identifier") return piecesOf(argument.name, handler);
  if (argument.type === "ArrayExpression") return itemsOf(argument, (name) => piecesOf(name, handler));
  if (argument.type === "MemberExpression") {
    const own = fieldValue(argument, handler);
    return own === undefined ? [argument] : [own];
  }
  if (argument.type === "TemplateLiteral") return argument.expressions;
  // `columns.join(", ")`: what is in the list was looked at before it was put there.
  if (argument.type === "CallExpression") {
    const { callee } = argument;
    if (callee.type !== "MemberExpression") return argument.arguments;
    // `Object.keys(req.body)` is no test of the body.
    const isOfObject = callee.object.type === "Identifier" && callee.object.name === "Object";
    if (isOfObject) return [argument];
    const list = joinedList(argument);
    const items = list === undefined ? [] : itemsOf(list, (name) => piecesOf(name, handler));
    return [callee.object, ...items, ...argument.arguments];
  }
  if (argument.type === "ConditionalExpression") return [argument.consequent, argument.alternate];
  if (argument.type === "LogicalExpression") return [argument.left, argument.right];
  if (argument.type === "BinaryExpression" && argument.left.type !== "PrivateName")
    return [argument.left, argument.right];
  return [argument];
}
