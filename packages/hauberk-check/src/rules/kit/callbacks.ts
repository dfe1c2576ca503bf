import { isFunction, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { callArguments, calleeName } from "./nodes.ts";

/**
 * Whether a function gives its callback the same kind of answer on every way through: each call of it has `accepts`
 * said of its second argument, none hands on an error, and the body ends in one.
 *
 * @example alwaysAnswers(fn, 1, isTrue) // (origin, done) => { if (!origin) return done(null, true); done(null, true); }
 */
export function alwaysAnswers(fn: FunctionNode, at: number, accepts: (answer: t.Node) => boolean): boolean {
  const callback = fn.params[at];
  if (callback?.type !== "Identifier") return false;
  const isYes = (node: t.Node | null | undefined): boolean => {
    if (!node || calleeName(node) !== callback.name) return false;
    const [error, answer] = callArguments(node);
    return error?.type === "NullLiteral" && answer !== undefined && accepts(answer);
  };
  if (fn.body.type !== "BlockStatement") return isYes(fn.body);
  const last = fn.body.body.at(-1);
  if (last?.type === "ExpressionStatement" ? !isYes(last.expression) : !isReturnOf(last, isYes)) return false;
  return isNeverRefused(fn, callback.name, isYes);
}

const isReturnOf = (node: t.Node | undefined, isYes: (node: t.Node | null | undefined) => boolean): boolean =>
  node?.type === "ReturnStatement" && isYes(node.argument);

/** No other answer, no other use of the callback, no way out without one. */
function isNeverRefused(fn: FunctionNode, name: string, isYes: (node: t.Node) => boolean): boolean {
  let answers = 0;
  let uses = 0;
  let isSure = true;
  walk(fn.body, (node) => {
    if (isYes(node)) answers += 1;
    if (node.type === "Identifier" && node.name === name) uses += 1;
    if (node.type === "ThrowStatement" || isFunction(node)) isSure = false;
    if (node.type === "ReturnStatement" && (!node.argument || !isYes(node.argument))) isSure = false;
  });
  return isSure && answers > 0 && uses === answers;
}

export const isTrue = (node: t.Node): boolean => node.type === "BooleanLiteral" && node.value;
