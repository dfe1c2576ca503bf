import type { Module } from "../../../model/module.ts";
import type { Fn } from "../../../model/values.ts";
import { boundNames, type t } from "../../../parse/ast.ts";
import { containsRequestData, piecesOf } from "../../kit/built-values.ts";
import { callArguments, keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { returnedValues } from "../../kit/returned-values.ts";
import type { RequestPart } from "../../kit/held.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import type { NodeContext } from "../../rule.ts";

const TAG = /<[a-z!]/i;

/** Whether a text has tags in it. */
export const isHtml = (text: string): boolean => TAG.test(text);

type Ask<Data> = (argument: t.Node) => Data | undefined;

/** Request data that nothing has looked at before it is handed over in this call. */
export const untested =
  (handler: HandlerNames, module: Module, call: t.Node): Ask<RequestPart> =>
  (argument) => {
    const part = containsRequestData(argument, handler);
    return part === undefined || isTestedBefore(module, call, sourceText(module, argument), handler)
      ? undefined
      : part;
  };

/**
 * What of the request a function of the project writes into the HTML that it gives back: `res.send(page("Hello", req.query.name))`,
 * where `page` is `(title, body) => `<title>${title}</title>${body}``.
 */
export function writtenByHelper<Data>(
  given: t.Node,
  handler: HandlerNames,
  context: NodeContext,
  askIn: (call: t.Node) => Ask<Data>,
): Data | undefined {
  const call = callIn(given, handler);
  if (call === undefined) return undefined;
  const ask = askIn(call);
  const held = callArguments(call).map((one) => dataOf(one, ask));
  if (held.every((one) => one.length === 0)) return undefined;
  const fn = context.program.valueAt(context.module, call.callee);
  if (fn.k !== "fn") return undefined;
  const names = namesWritten(fn);
  for (const [i, param] of fn.node.params.entries())
    for (const [key, part] of held[i] ?? [])
      if (paramNames(param, key).some((name) => names.has(name))) return part;
  return undefined;
}

export function callIn(given: t.Node, handler: HandlerNames): t.CallExpression | undefined {
  if (given.type === "CallExpression") return given;
  const [made, ...more] = given.type === "Identifier" ? piecesOf(given.name, handler) : [];
  return made?.type === "CallExpression" && more.length === 0 ? made : undefined;
}

/** The data in an argument: "" for all of it, or by the name of the field. */
function dataOf<Data>(argument: t.Node, ask: Ask<Data>): readonly (readonly [key: string, data: Data])[] {
  if (argument.type === "ObjectExpression")
    return argument.properties.flatMap((one) =>
      one.type === "ObjectProperty"
        ? dataOf(one.value, ask).map(([, data]) => [keyName(one.key), data] as const)
        : [],
    );
  const data = ask(argument);
  return data === undefined ? [] : [["", data]];
}

/** The name a parameter has for what is given, or for a field of it. */
export function paramNames(param: t.Node, key: string): readonly string[] {
  if (param.type === "AssignmentPattern") return paramNames(param.left, key);
  if (param.type === "Identifier") return [key === "" ? param.name : `${param.name}.${key}`];
  if (param.type !== "ObjectPattern" || key === "") return [];
  return param.properties.flatMap((one) =>
    one.type === "ObjectProperty" && keyName(one.key) === key ? boundNames(one.value) : [],
  );
}

/** What stands, as it is, between the tags of a text that the function returns. */
function namesWritten({ node: fn, module }: Fn): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of returnedValues(fn)) {
    if (!isHtml(sourceText(module, text))) continue;
    for (const one of valuesIn(text)) found.add(sourceText(module, one));
  }
  return found;
}

function valuesIn(node: t.Node): readonly t.Node[] {
  if (node.type === "TemplateLiteral") return node.expressions.flatMap(valuesIn);
  if (node.type === "BinaryExpression")
    return node.operator === "+" ? [...valuesIn(node.left), ...valuesIn(node.right)] : [];
  return node.type === "Identifier" || node.type === "MemberExpression" ? [node] : [];
}
