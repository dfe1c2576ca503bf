import {
  ancestors,
  boundNames,
  hasParameter,
  isFunction,
  walk,
  type FunctionNode,
  type t,
} from "../../../parse/ast.ts";
import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { returnedValues } from "../../kit/returned-values.ts";
import { remembered } from "../../../remembered.ts";
import { onlyPieceOf, piecesOf } from "../../kit/built-values.ts";
import { listGivenTo, loopOver } from "../../kit/list-items.ts";
import { keyName, rootIdentifier, type HandlerNames } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";
import { keptByValue, keptIn, pathOf, type Brought } from "./kept.ts";
import { leavesOf } from "./stored.ts";

/** What an earlier request put into a variable of the module and a text shows as it is. */
export interface Shown {
  readonly node: t.Node;
  readonly brought: Brought;
}

/** `m.text` of `messages.map((m) => `<li>${m.text}</li>`)`, where another handler pushes what a form brought. */
export function keptAndShown(
  text: t.Node,
  handler: HandlerNames,
  { module, program }: NodeContext,
): Shown | undefined {
  for (const node of leavesOf(text, handler, new Set())) {
    const place = shownBy(node, { handler, module, program });
    const brought = place === undefined ? undefined : broughtTo(place, program);
    if (brought !== undefined) return { node, brought };
  }
  return undefined;
}

function broughtTo({ list, module, path, field }: Place, program: Program): Brought | undefined {
  const own = keptIn(module, program).get(path)?.fields.get(field);
  if (own !== undefined) return own;
  const value = program.valueAt(module, list);
  return keptByValue(program).get(value)?.fields.get(field);
}

/** One field of an item of a list; "" for all of the item. */
interface Place extends List {
  readonly field: string;
}

interface List {
  readonly list: t.Node;
  readonly module: Module;
  readonly path: string;
}

interface Where {
  readonly handler: HandlerNames;
  readonly module: Module;
  readonly program: Program;
}

function shownBy(node: t.Node, where: Where): Place | undefined {
  const whole = itemOf(node, where);
  if (whole !== undefined) return whole;
  if ((node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") || node.computed)
    return undefined;
  const outer = itemOf(node.object, where);
  return outer?.field === "" ? { ...outer, field: keyName(node.property) } : undefined;
}

/** The variable that an expression is an item of; with a field where a pattern takes it out of the item. */
function itemOf(node: t.Node, where: Where, depth = 0): Place | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const { handler } = where;
  const asItem = (list: t.Node): Place | undefined => {
    const found = listOf(list, where, depth + 1);
    return found === undefined ? undefined : { ...found, field: "" };
  };
  if (node.type === "AwaitExpression") return itemOf(node.argument, where, depth + 1);
  if (node.type === "MemberExpression" && node.computed) return asItem(node.object);
  if (node.type === "CallExpression")
    return (
      ownResult(node, where, (one, there) => itemOf(one, there, depth + 1)) ??
      (node.callee.type === "MemberExpression" && TAKES.test(keyName(node.callee.property))
        ? asItem(node.callee.object)
        : undefined)
    );
  if (node.type !== "Identifier") return undefined;
  const bound = binding(node, handler);
  if (bound !== undefined) {
    const found = listOf(bound.list, where, depth + 1);
    const field = found === undefined ? undefined : fieldIn(bound.item, node.name);
    return found === undefined || field === undefined ? undefined : { ...found, field };
  }
  const made = onlyPieceOf(node.name, handler);
  if (made !== undefined) return itemOf(made, where, depth + 1);
  return isOfHandler(node, handler)
    ? undefined
    : { list: node, module: where.module, path: node.name, field: "" };
}

const MAX_DEPTH = 6;
const TAKES = /^(?:get|find|findLast|at|pop|shift)$/;
const KEEPS = /^(?:slice|filter|reverse|sort|toSorted|toReversed|values)$/;

/** What a function of the project gives back: `store.all()` of `all() { return entries.slice(); }`. */
function ownResult<Found>(
  { callee }: t.CallExpression,
  { module, program }: Where,
  look: (value: t.Node, where: Where) => Found | undefined,
): Found | undefined {
  if (keptByValue(program).size === 0) return undefined;
  const fn = program.valueAt(module, callee);
  if (fn.k !== "fn") return undefined;
  const there = { handler: { fn: fn.node, req: "", res: "" }, module: fn.module, program };
  for (const value of returnedValues(fn.node)) {
    const found = look(value, there);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The list that an expression is, sorted or not. */
function listOf(node: t.Node, where: Where, depth: number): List | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const look = (one: t.Node): List | undefined => listOf(one, where, depth + 1);
  if (node.type === "AwaitExpression") return look(node.argument);
  if (node.type === "ArrayExpression") {
    const [only, ...more] = node.elements;
    return only?.type === "SpreadElement" && more.length === 0 ? look(only.argument) : undefined;
  }
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
    const { object, property } = node.callee;
    const [given] = node.arguments;
    if (object.type === "Identifier" && /^(?:Object|Array)$/.test(object.name))
      return given !== undefined && /^(?:values|from)$/.test(keyName(property)) ? look(given) : undefined;
    if (KEEPS.test(keyName(property))) return look(object);
  }
  if (node.type === "CallExpression")
    return ownResult(node, where, (one, there) => listOf(one, there, depth + 1));
  if (node.type === "Identifier") {
    const made = onlyPieceOf(node.name, where.handler);
    if (made !== undefined) return look(made);
  }
  const root = rootIdentifier(node);
  const path = root === undefined || isOfHandler(root, where.handler) ? undefined : pathOf(node);
  return path === undefined ? undefined : { list: node, module: where.module, path };
}

interface Binding {
  readonly item: t.Node;
  readonly list: t.Node;
}

/** The list whose items a callback or a loop around the name gives it. */
function binding(name: t.Identifier, { fn }: HandlerNames): Binding | undefined {
  for (const up of ancestors(name)) {
    if (up === fn) return undefined;
    const loop = loopOver(up);
    if (loop !== undefined && boundNames(loop.item).includes(name.name)) return loop;
    if (!isFunction(up) || !hasParameter(up, name.name)) continue;
    const list = listGivenTo(up, name.name);
    const [item] = up.params;
    return list === undefined || item === undefined ? undefined : { item, list };
  }
  return undefined;
}

/** "" for all of the item, `text` for `({ text })`. */
function fieldIn(item: t.Node, name: string): string | undefined {
  if (item.type === "Identifier") return "";
  const found =
    item.type === "ObjectPattern"
      ? item.properties.find((one) => one.type === "ObjectProperty" && boundNames(one.value).includes(name))
      : undefined;
  return found?.type === "ObjectProperty" ? keyName(found.key) : undefined;
}

/** A name that the handler, or a function inside of it, has for something of its own. */
function isOfHandler(name: t.Identifier, handler: HandlerNames): boolean {
  return (
    piecesOf(name.name, handler).length > 0 ||
    namesDeclaredIn(handler.fn).has(name.name) ||
    ancestors(name).some((up) => isFunction(up) && hasParameter(up, name.name))
  );
}

const namesDeclaredIn = remembered((fn: FunctionNode): ReadonlySet<string> => {
  const found = new Set<string>();
  walk(fn.body, (node) => {
    if (node.type === "VariableDeclarator") for (const name of boundNames(node.id)) found.add(name);
  });
  return found;
});
