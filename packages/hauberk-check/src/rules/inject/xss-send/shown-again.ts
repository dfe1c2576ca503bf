import {
  ancestors,
  boundNames,
  hasParameter,
  isFunction,
  walk,
  type FunctionNode,
  type t,
} from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { onlyPieceOf, piecesOf } from "../../kit/built-values.ts";
import { listGivenTo, loopOver } from "../../kit/list-items.ts";
import { keyName, rootIdentifier, type HandlerNames } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";
import { keptIn, pathOf, type Brought } from "./kept.ts";
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
  const kept = keptIn(module, program);
  if (kept.size === 0) return undefined;
  for (const node of leavesOf(text, handler, new Set())) {
    const [path, field] = shownBy(node, handler) ?? [];
    const brought = path === undefined ? undefined : kept.get(path)?.fields.get(field ?? "");
    if (brought !== undefined) return { node, brought };
  }
  return undefined;
}

type Place = readonly [path: string, field: string];

function shownBy(node: t.Node, handler: HandlerNames): Place | undefined {
  const whole = itemOf(node, handler);
  if (whole !== undefined) return whole;
  if ((node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") || node.computed)
    return undefined;
  const [path, outer] = itemOf(node.object, handler) ?? [];
  return path === undefined || outer !== "" ? undefined : [path, keyName(node.property)];
}

/** The variable that an expression is an item of; with a field where a pattern takes it out of the item. */
function itemOf(node: t.Node, handler: HandlerNames, depth = 0): Place | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const asItem = (list: t.Node): Place | undefined => {
    const path = listOf(list, handler, depth + 1);
    return path === undefined ? undefined : [path, ""];
  };
  if (node.type === "MemberExpression" && node.computed) return asItem(node.object);
  if (node.type === "CallExpression")
    return node.callee.type === "MemberExpression" && TAKES.test(keyName(node.callee.property))
      ? asItem(node.callee.object)
      : undefined;
  if (node.type !== "Identifier") return undefined;
  const bound = binding(node, handler);
  if (bound !== undefined) {
    const path = listOf(bound.list, handler, depth + 1);
    const field = path === undefined ? undefined : fieldIn(bound.item, node.name);
    return path === undefined || field === undefined ? undefined : [path, field];
  }
  const made = onlyPieceOf(node.name, handler);
  if (made !== undefined) return itemOf(made, handler, depth + 1);
  return isOfHandler(node, handler) ? undefined : [node.name, ""];
}

const MAX_DEPTH = 6;
const TAKES = /^(?:get|find|findLast|at|pop|shift)$/;
const KEEPS = /^(?:slice|filter|reverse|sort|toSorted|toReversed|values)$/;

/** The path of the list that an expression is, sorted or not. */
function listOf(node: t.Node, handler: HandlerNames, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const look = (one: t.Node): string | undefined => listOf(one, handler, depth + 1);
  if (node.type === "ArrayExpression") {
    const [only, ...more] = node.elements;
    return only?.type === "SpreadElement" && more.length === 0 ? look(only.argument) : undefined;
  }
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
    const { object, property } = node.callee;
    const [given] = node.arguments;
    if (object.type === "Identifier" && /^(?:Object|Array)$/.test(object.name))
      return given !== undefined && /^(?:values|from)$/.test(keyName(property)) ? look(given) : undefined;
    return KEEPS.test(keyName(property)) ? look(object) : undefined;
  }
  if (node.type === "Identifier") {
    const made = onlyPieceOf(node.name, handler);
    if (made !== undefined) return look(made);
  }
  const root = rootIdentifier(node);
  return root === undefined || isOfHandler(root, handler) ? undefined : pathOf(node);
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
