import { sourceText, type Module } from "../../model/module.ts";
import { isFunction, parentOf, someNode, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { contains, keyName, leaves } from "./nodes.ts";
import { settles, type Sign } from "./settles.ts";

export interface Range {
  readonly start: number;
  readonly end: number;
}

interface Where {
  readonly module: Module;
  readonly node: t.Node;
  readonly fn: FunctionNode;
}

/**
 * Comparisons in front of a node that leave the value as open as it was: `users.find((u) => u.name === name)` where the answer
 * does not lie behind one that was found, `if (name === "root") return ...` where it lies behind.
 */
export function idleComparisons(value: RegExp, where: Where): readonly Range[] {
  const end = where.node.start ?? 0;
  const carriers = comparisonsIn(where.fn).flatMap((one) =>
    (one.end ?? 0) <= end && isOf(one, value, where.module) ? [carrierOf(one)] : [],
  );
  const sign: Sign = (node) => {
    const one = carriers.find(({ atom, name }) =>
      node.type === "Identifier" ? node.name === name : node === atom,
    );
    return one?.sign;
  };
  return carriers.flatMap((one) =>
    isSettled(one, sign, where) ? [] : [{ start: one.from.start ?? 0, end: one.from.end ?? 0 }],
  );
}

type Comparison = t.BinaryExpression | t.CallExpression;

const comparisonsIn = remembered((fn: FunctionNode): readonly Comparison[] => {
  const found: Comparison[] = [];
  walk(fn.body, (one) => {
    if (one.type === "BinaryExpression" && /^[!=]==?$/.test(one.operator)) found.push(one);
    if (one.type === "CallExpression" && isContained(one)) found.push(one);
  });
  return found;
});

/** `u.name.includes(q)` inside of a callback. */
const isContained = ({ callee, arguments: given }: t.CallExpression): boolean =>
  given.length === 1 &&
  callee.type === "MemberExpression" &&
  /^(?:includes|startsWith|endsWith|indexOf)$/.test(keyName(callee.property));

function isOf(one: Comparison, value: RegExp, module: Module): boolean {
  const isValue = (side: t.Node): boolean => value.test(sourceText(module, side));
  if (one.type === "CallExpression") {
    const {
      callee,
      arguments: [given],
    } = one;
    return (
      given !== undefined && value.test(textBelow(given, module)) && !value.test(textBelow(callee, module))
    );
  }
  return (isValue(one.left) && !isMarked(one.right)) || (isValue(one.right) && !isMarked(one.left));
}

/** `q` of `q.toLowerCase()`, `u` of `u.name.includes`. */
function textBelow(node: t.Node, module: Module): string {
  let at = node;
  while (at.type === "CallExpression" && at.arguments.length === 0) at = at.callee;
  if (at.type === "MemberExpression" && at !== node) at = at.object;
  return sourceText(module, at);
}

/** `name === ".."`: whoever asks for that knows what is dangerous. */
const isMarked = (node: t.Node): boolean => node.type === "StringLiteral" && /[^\w\s@-]/.test(node.value);

/** What the outcome of a comparison is kept in: a condition, or a variable that conditions ask about. */
interface Carrier {
  /** What would be taken for a test. */
  readonly from: t.Node;
  /** The comparison, or the call whose answer it decides. */
  readonly atom: t.Node;
  readonly sign: 1 | -1;
  /** The variable. */
  readonly name?: string;
  readonly decision?: Decision;
}

function carrierOf(comparison: Comparison): Carrier {
  const found = callOver(comparison);
  const atom: t.Node = found?.call ?? comparison;
  const isRefused =
    found === undefined && comparison.type === "BinaryExpression" && comparison.operator.startsWith("!");
  const carrier: Carrier = { from: found?.fn ?? comparison, atom, sign: isRefused ? -1 : 1 };
  if (found === undefined && comparison.type === "CallExpression") return carrier;
  let at: t.Node = atom;
  for (let up = parentOf(at); up !== undefined; up = parentOf(up)) {
    if (isDecision(up)) return up.test === at ? { ...carrier, decision: up } : carrier;
    if (up.type === "VariableDeclarator")
      return up.id.type === "Identifier" && isKept(at, atom) ? { ...carrier, name: up.id.name } : carrier;
    if (!PASSES.has(up.type) || mayThrow(up)) return carrier;
    at = up;
  }
  return carrier;
}

/** `users.find(...) || fail()`. */
const mayThrow = (node: t.Node): boolean =>
  node.type === "LogicalExpression" && node.operator !== "&&" && node.right.type === "CallExpression";

/** `const user = await find(...)`, `const isRoot = name === "root" && isLocal`. */
const isKept = (held: t.Node, atom: t.Node): boolean =>
  held === atom || held.type === "AwaitExpression" || held.type === "LogicalExpression";

const PASSES: ReadonlySet<string> = new Set([
  "AwaitExpression",
  "LogicalExpression",
  "UnaryExpression",
  "BinaryExpression",
  "MemberExpression",
]);

/** `users.find((u) => u.name === name)`: what is found is one whose name it is. */
function callOver(
  comparison: Comparison,
): { readonly fn: FunctionNode; readonly call: t.CallExpression } | undefined {
  if (comparison.type === "BinaryExpression" && comparison.operator.startsWith("!")) return undefined;
  let at: t.Node = comparison;
  let up = parentOf(at);
  while (
    up?.type === "LogicalExpression" ||
    up?.type === "ReturnStatement" ||
    up?.type === "BlockStatement"
  ) {
    at = up;
    up = parentOf(at);
  }
  const call = isFunction(up) ? parentOf(up) : undefined;
  if (!isFunction(up) || call?.type !== "CallExpression" || call.arguments[0] !== up) return undefined;
  const { callee } = call;
  return callee.type === "MemberExpression" && SEARCHES.test(keyName(callee.property))
    ? { fn: up, call }
    : undefined;
}

const SEARCHES = /^(?:find|findLast|findIndex|filter|some)$/;

type Decision = t.IfStatement | t.ConditionalExpression;

const isDecision = (node: t.Node): node is Decision =>
  node.type === "IfStatement" || node.type === "ConditionalExpression";

const decisionsIn = remembered((fn: FunctionNode): readonly Decision[] => {
  const found: Decision[] = [];
  walk(fn.body, (one) => {
    if (isDecision(one)) found.push(one);
  });
  return found;
});

function isSettled({ name, decision }: Carrier, sign: Sign, where: Where): boolean {
  if (decision !== undefined) return settledBy(decision, sign, where);
  return (
    name === undefined ||
    isHandedOn(name, where) ||
    decisionsIn(where.fn).some((one) => mentions(one.test, name) && settledBy(one, sign, where))
  );
}

/** Whether the node is reached only, or perhaps only, with the comparison come true. */
function settledBy(one: Decision, sign: Sign, { node, fn }: Where): boolean {
  const { test, consequent, alternate } = one;
  if (contains(consequent, node)) return settles(test, true, sign);
  if (alternate && contains(alternate, node)) return settles(test, false, sign);
  if (one.type !== "IfStatement" || (one.end ?? 0) > (node.start ?? 0)) return false;
  if (leaves(one.consequent)) return settles(test, false, sign);
  if (one.alternate && leaves(one.alternate)) return settles(test, true, sign);
  // `if (u.name === name) isKnown = true;` is asked about later.
  return assignedIn(one).some((name) =>
    decisionsIn(fn).some((later) => (later.start ?? 0) > (one.end ?? 0) && mentions(later.test, name)),
  );
}

function mentions(root: t.Node, name: string): boolean {
  return someNode(root, (one) => one.type === "Identifier" && one.name === name);
}

function assignedIn(root: t.Node): readonly string[] {
  const names: string[] = [];
  walk(root, (one) => {
    if (one.type === "AssignmentExpression" && one.left.type === "Identifier") names.push(one.left.name);
  });
  return names;
}

/** `assertFound(user);` on a line of its own throws where there is none. */
function isHandedOn(name: string, { node, fn }: Where): boolean {
  let isIt = false;
  walk(fn.body, (one) => {
    if (one.type !== "ExpressionStatement" || (one.end ?? 0) > (node.start ?? 0)) return !isIt;
    const call = one.expression.type === "AwaitExpression" ? one.expression.argument : one.expression;
    isIt ||=
      call.type === "CallExpression" &&
      (call.callee.type === "Identifier" || keyName(calleeRoot(call)) === "assert") &&
      call.arguments.some((given) => given.type === "Identifier" && given.name === name);
    return !isIt;
  });
  return isIt;
}

const calleeRoot = ({ callee }: t.CallExpression): t.Node =>
  callee.type === "MemberExpression" ? callee.object : callee;
