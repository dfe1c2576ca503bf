import type { Program } from "../../../model/program.ts";
import { ancestors, isFunction, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { lastName } from "../../kit/function-names.ts";
import { callArguments, contains, keyName } from "../../kit/nodes.ts";

/** Whether a text is what a strategy tells passport, `done(null, false, { message })`, and no authenticate() of the project hands that on. */
export const isKeptByPassport = (node: t.Node, program: Program): boolean =>
  isInfo(node) && !isShown(program);

function isInfo(node: t.Node): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up)) return false;
    if (up.type !== "CallExpression") continue;
    const [, user, info] = callArguments(up);
    return user !== undefined && isNobody(user) && info !== undefined && contains(info, node);
  }
  return false;
}

const isNobody = (node: t.Node): boolean =>
  node.type === "NullLiteral" || (node.type === "BooleanLiteral" && !node.value);

/** Where no call of authenticate() is seen, whatever asks the strategy may show it. */
const isShown = remembered((program: Program): boolean => {
  const calls = program.modules
    .flatMap(({ index }) => index.get("CallExpression") ?? [])
    .filter((node) => node.type === "CallExpression" && lastName(node.callee) === "authenticate")
    .map(callArguments)
    .filter(([name]) => name !== undefined && !isFunction(name));
  return calls.length === 0 || calls.some(([, ...rest]) => rest.some(mayShow));
});

/** Anything but options that are written there and show nothing. */
const mayShow = (node: t.Node): boolean =>
  node.type !== "ObjectExpression" ||
  node.properties.some(
    (one) => one.type !== "ObjectProperty" || /^failure(?:Flash|Message)$/.test(keyName(one.key)),
  );
