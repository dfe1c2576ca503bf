import { calleeName, callArguments, leaves, type HandlerNames } from "../../kit/nodes.ts";
import { ancestors, isFunction, parentOf, walk, type t } from "../../../parse/ast.ts";
import type { Fn } from "../../../model/values.ts";
import type { NodeContext } from "../../rule.ts";

/**
 * The test before a redirect that asks only whether a text is somewhere in the target: `https://evil.example/?https://shop.example`
 * has it, too. `if (isAllowed(target)) res.redirect(target)` where `isAllowed` asks `target.includes(allowed)`.
 */
export function weakTestOf(
  redirect: t.Node,
  target: t.Node,
  { fn }: HandlerNames,
  context: NodeContext,
): t.Node | undefined {
  const name = target.type === "Identifier" ? target.name : undefined;
  if (name === undefined) return undefined;
  const uses = usesOf(name, fn.body).filter((one) => one !== target);
  const tests = uses.flatMap((one) => testAround(one, redirect));
  const [test] = tests;
  // Another use before it may be the real test.
  if (
    test === undefined ||
    uses.some((one) => isBefore(one, redirect) && !isIn(one, test) && !refusesNothing(one, fn))
  )
    return undefined;
  return isWeak(test, name, context) ? test : undefined;
}

function isWeak(test: t.Node, name: string, context: NodeContext): boolean {
  if (asksWhatIsInside(test, name)) return true;
  const [only, more] = callArguments(test);
  if (test.type !== "CallExpression" || only?.type !== "Identifier" || more !== undefined) return false;
  const asked = context.value(test.callee);
  return asked.k === "fn" && onlyAsksWhatIsInside(asked);
}

/** `target.includes("shop.example")`: the text is asked for a text, and no list for the target. */
const asksWhatIsInside = (node: t.Node, name: string): boolean => calleeName(node) === `${name}.includes`;

function onlyAsksWhatIsInside({ node: { params, body } }: Fn): boolean {
  const [param] = params;
  if (param?.type !== "Identifier") return false;
  const uses = usesOf(param.name, body);
  return (
    uses.length > 0 &&
    uses.every((one) => {
      const call = parentOf(parentOf(one) ?? one);
      return call !== undefined && asksWhatIsInside(call, param.name);
    })
  );
}

function usesOf(name: string, root: t.Node): readonly t.Node[] {
  const found: t.Node[] = [];
  walk(root, (node) => {
    const up = parentOf(node);
    const isKey =
      (up?.type === "MemberExpression" && up.property === node && !up.computed) ||
      (up?.type === "ObjectProperty" && up.key === node && !up.computed && up.value !== node);
    if (node.type === "Identifier" && node.name === name && !isKey) found.push(node);
  });
  return found;
}

/** The test that lets the redirect through: of the `if` around it, or of one before it that refuses (`if (!isAllowed(target)) return ...`). */
function testAround(use: t.Node, redirect: t.Node): readonly t.Node[] {
  for (const up of ancestors(use)) {
    if (isFunction(up)) return [];
    if (up.type !== "IfStatement" || !isIn(use, up.test)) continue;
    if (isIn(redirect, up.consequent)) return [up.test];
    const isRefused = up.test.type === "UnaryExpression" && up.test.operator === "!" && leaves(up.consequent);
    return isRefused && isBefore(up, redirect) ? [(up.test as t.UnaryExpression).argument] : [];
  }
  return [];
}

const isIn = (node: t.Node, root: t.Node): boolean =>
  (node.start ?? 0) >= (root.start ?? 0) && (node.end ?? 0) <= (root.end ?? 0);
const isBefore = (node: t.Node, other: t.Node): boolean => (node.start ?? 0) < (other.start ?? 0);

/** `const target = req.query.to`, and what stands in a callback: nothing here waits for that. */
function refusesNothing(node: t.Node, handler: t.Node): boolean {
  const isDeclared = ancestors(node).some((one) => one.type === "VariableDeclarator" && isIn(node, one.id));
  return isDeclared || ancestors(node).find((one) => isFunction(one)) !== handler;
}
