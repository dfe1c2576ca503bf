import { LexicalScope } from "../../../model/lexical.ts";
import type { Fn, Site } from "../../../model/values.ts";
import { isFunction, someNode, walk, type t } from "../../../parse/ast.ts";
import { callArguments, keyName, leaves, plainText, sourceText } from "../../kit/nodes.ts";
import { literals } from "../../kit/options.ts";
import type { NodeContext } from "../../rule.ts";
import type { Condition } from "./conditions.ts";
import { originNames, type OriginNames } from "./origin-names.ts";
import { regexes, weakness } from "./weakness.ts";

export interface Weak {
  readonly at?: Site;
  readonly message: string;
}

/** Where one condition asks about the origin in part, and no other asks about it at all. */
export function partlyAsked(
  conditions: readonly Condition[],
  names: OriginNames,
  context: NodeContext,
): Weak | undefined {
  const asking = conditions.filter(({ test }) => !isNeutral(test, names, context));
  const [only, ...more] = asking;
  return only === undefined || more.length > 0 ? undefined : weakIn(only, names, context, 0);
}

function weakIn(
  { test, when }: Condition,
  names: OriginNames,
  context: NodeContext,
  depth: number,
): Weak | undefined {
  if (depth > 6) return undefined;
  const node = names.meaning(test);
  const within = (one: t.Node, is = when): Weak | undefined =>
    weakIn({ test: one, when: is }, names, context, depth + 1);
  if (node.type === "UnaryExpression" && node.operator === "!") return within(node.argument, !when);
  if (node.type === "LogicalExpression" && node.operator !== "??") {
    if ((node.operator === "||") === when) return within(node.left) ?? within(node.right);
    return partlyAsked(
      [node.left, node.right].map((one) => ({ test: one, when })),
      names,
      context,
    );
  }
  return leaf(node, when, names, context, depth);
}

function leaf(
  node: t.Node,
  when: boolean,
  names: OriginNames,
  context: NodeContext,
  depth: number,
): Weak | undefined {
  const index = indexTest(node, when);
  if (index !== undefined) return asked(index.call, index.method, names, context);
  if (!when || (node.type !== "CallExpression" && node.type !== "OptionalCallExpression")) return undefined;
  const method = methodOf(node.callee);
  const found = asked(node, method, names, context);
  if (found !== undefined) return found;
  const [first, ...more] = node.arguments;
  if (method === "some" && first !== undefined && isFunction(first) && first.body.type !== "BlockStatement")
    return weakIn({ test: first.body, when }, names, context, depth + 1);
  if (first === undefined || more.length > 0 || !names.isOrigin(first)) return undefined;
  const value = context.value(node.callee);
  return value.k === "fn" ? helper(value, context, depth) : undefined;
}

/** `function isOurs(origin) { return origin.includes("bank") }` */
function helper(fn: Fn, context: NodeContext, depth: number): Weak | undefined {
  const [param] = fn.node.params;
  if (param?.type !== "Identifier" || fn.node.async) return undefined;
  const names = originNames(fn.node, new Set([param.name]));
  const own: NodeContext = {
    ...context,
    module: fn.module,
    value: (node) =>
      context.program.machine.evaluate(node, new LexicalScope(context.program.machine, fn.module, node, fn)),
  };
  const { body } = fn.node;
  if (body.type !== "BlockStatement") return weakIn({ test: body, when: true }, names, own, depth + 1);
  for (const one of body.body) {
    if (one.type === "ReturnStatement")
      return one.argument ? weakIn({ test: one.argument, when: true }, names, own, depth + 1) : undefined;
    if (one.type !== "IfStatement") {
      if (one.type === "VariableDeclaration") continue;
      return undefined;
    }
    if (returnsTrue(one.consequent)) {
      const weak = weakIn({ test: one.test, when: true }, names, own, depth + 1);
      if (weak !== undefined) return weak;
    } else if (!leaves(one.consequent) || !isNeutral(one.test, names, own)) return undefined;
  }
  return undefined;
}

function returnsTrue(node: t.Statement): boolean {
  const last = node.type === "BlockStatement" && node.body.length === 1 ? node.body[0] : node;
  return last?.type === "ReturnStatement" && last.argument?.type === "BooleanLiteral" && last.argument.value;
}

/** `origin.indexOf("bank") !== -1` says what `includes` says, `=== 0` what `startsWith` does. */
function indexTest(
  node: t.Node,
  when: boolean,
): { readonly call: t.Node; readonly method: string } | undefined {
  if (node.type !== "BinaryExpression" || methodOf((node.left as t.CallExpression).callee) !== "indexOf")
    return undefined;
  const { right } = node;
  const number =
    right.type === "UnaryExpression" && right.operator === "-" && right.argument.type === "NumericLiteral"
      ? -right.argument.value
      : right.type === "NumericLiteral"
        ? right.value
        : undefined;
  const said = `${node.operator} ${String(number)}`;
  if (/^===? 0$/.test(said)) return when ? { call: node.left, method: "startsWith" } : undefined;
  const isThere = /^(?:!==? -1|> -1|>= 0)$/.test(said);
  const isNone = /^(?:===? -1|< 0)$/.test(said);
  return (when ? isThere : isNone) ? { call: node.left, method: "includes" } : undefined;
}

const methodOf = (callee: t.Node | undefined): string =>
  callee?.type === "MemberExpression" || callee?.type === "OptionalMemberExpression"
    ? keyName(callee.property)
    : "";

/** A test of the text of the origin, or of the host in it. */
function asked(node: t.Node, method: string, names: OriginNames, context: NodeContext): Weak | undefined {
  const [first] = callArguments(node);
  const { callee } = node as t.CallExpression;
  if (
    first === undefined ||
    (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression")
  )
    return undefined;
  const isHost = names.isHost(callee.object);
  if (isHost || names.isOrigin(callee.object)) {
    if (method === "match") return ofExpression(first, context);
    const text = plainText(first) ?? literals(context.value(first))[0]?.text;
    if (!isPart(method, text, isHost)) return undefined;
    return {
      at: { module: context.module, node },
      message: `\`${sourceText(context.module, node)}\` also matches other sites.`,
    };
  }
  return method === "test" && (names.isOrigin(first) || names.isHost(first))
    ? ofExpression(callee.object, context)
    : undefined;
}

function ofExpression(node: t.Node, context: NodeContext): Weak | undefined {
  for (const regex of regexes(context.value(node))) {
    const bad = weakness(regex.source);
    if (bad !== undefined) return { at: regex.site, message: `/${regex.source}/ ${bad}.` };
  }
  return undefined;
}

/** Whether somebody else's origin can be like that: nothing can stand before a scheme, or be added behind a port. */
function isPart(method: string, text: string | undefined, isHost: boolean): boolean {
  switch (method) {
    case "includes":
      return text === undefined || !/^[\w-]+-extension:/.test(text);
    case "startsWith":
      if (text === undefined) return true;
      return (isHost || text.startsWith("http")) && !/(?:[^/]:|:\d+|.:\/\/[^/]+\/)$/.test(text);
    case "endsWith":
      return text !== undefined && /^\w[\w-]*\.[\w.-]*[a-z]/i.test(text);
    default:
      return false;
  }
}

/** Whether a condition says nothing of who asks: that there is an origin, or what kind of request it is. */
function isNeutral(test: t.Node, names: OriginNames, context: NodeContext): boolean {
  if (/NODE_ENV|\b(?:is|in)_?dev|development|debug/i.test(sourceText(context.module, test))) return false;
  let isAsked = false;
  const look = (root: t.Node): void => {
    walk(root, (node) => {
      if (node.type === "Identifier" && names.meaning(node) !== node && !names.isOrigin(node))
        isAsked ||= mentions(names.meaning(node), names);
      if (node.type === "BinaryExpression" && /^[!=]==?$/.test(node.operator))
        isAsked ||= [node.left, node.right].some((one) => names.isOrigin(one) || names.isHost(one));
      if (node.type === "CallExpression" || node.type === "OptionalCallExpression")
        isAsked ||= mentions(node, names) && !names.isOrigin(node);
    });
  };
  look(test);
  return !isAsked;
}

function mentions(root: t.Node, names: OriginNames): boolean {
  return someNode(root, (node) => names.isOrigin(node) || names.isHost(node));
}
