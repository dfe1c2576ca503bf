import { parentOf, type t } from "../../../parse/ast.ts";
import { calleeName, dotted, keyName } from "../../kit/nodes.ts";

/** What an answer is put together from: fields, pieces of a text, what is made a text. */
export function partsSent(node: t.Node): readonly t.Node[] {
  switch (node.type) {
    case "ObjectExpression":
      return node.properties.flatMap((one) =>
        one.type === "ObjectProperty"
          ? partsSent(one.value)
          : one.type === "SpreadElement" && one.argument.type === "Identifier"
            ? [one.argument]
            : [],
      );
    case "ArrayExpression":
      return node.elements.flatMap((one) => (one === null ? [] : partsSent(one)));
    case "TemplateLiteral":
      return node.expressions.flatMap(partsSent);
    case "BinaryExpression":
      return node.operator === "+" ? [node.left, node.right].flatMap(partsSent) : [];
    case "LogicalExpression":
      return node.operator === "&&" ? [] : [node.left, node.right].flatMap(partsSent);
    case "ConditionalExpression":
      // `error instanceof Error ? error.message : String(error)` is how TypeScript wants it.
      if (isErrorAsked(node.test)) return partsSent(node.consequent);
      return partsWhereItFailed(node);
    case "CallExpression":
      if (isText(node)) return partsSent(node.callee.object);
      return isString(node) ? node.arguments.slice(0, 1).flatMap(partsSent) : [node];
    default:
      return [node];
  }
}

/** `err ? { error: err } : rows`, `err === null ? rows : { error: err }`: one branch is for what failed. */
function partsWhereItFailed({ test, consequent, alternate }: t.ConditionalExpression): readonly t.Node[] {
  if (errorSent(test) !== undefined) return partsSent(consequent);
  const isNone =
    (test.type === "UnaryExpression" && test.operator === "!" && errorSent(test.argument) !== undefined) ||
    (test.type === "BinaryExpression" &&
      /^===?$/.test(test.operator) &&
      errorSent(test.left) !== undefined &&
      test.right.type === "NullLiteral");
  return isNone ? partsSent(alternate) : [];
}

const isErrorAsked = (test: t.Node): boolean =>
  test.type === "BinaryExpression" &&
  test.operator === "instanceof" &&
  test.right.type === "Identifier" &&
  test.right.name === "Error";

const isText = (node: t.CallExpression): node is t.CallExpression & { readonly callee: t.MemberExpression } =>
  node.callee.type === "MemberExpression" &&
  node.callee.property.type === "Identifier" &&
  node.callee.property.name === "toString";

const isString = ({ callee }: t.CallExpression): boolean =>
  callee.type === "Identifier" && callee.name === "String";

/** The name of an error that is sent as a whole, as its text; `error.message` is chosen. */
export const errorSent = (node: t.Node): string | undefined =>
  node.type === "Identifier" && /^(?:e|ex|err|error|exception|reason)\d?$/i.test(node.name)
    ? node.name
    : undefined;

/** The name of an error whose message is sent. */
export const messageSent = (node: t.Node): string | undefined =>
  /^((?:e|ex|err|error|exception|reason)\d?)\.message$/i.exec(dotted(node) ?? "")?.[1];

/** Whether an error is made a text, which is its message: `${error}`, `"failed: " + error`, `error.toString()`, `String(error)`. */
export function isMadeText(error: t.Node): boolean {
  const up = parentOf(error);
  switch (up?.type) {
    case "TemplateLiteral":
    case "BinaryExpression":
      return true;
    case "MemberExpression":
      return up.object === error && keyName(up.property) === "toString";
    default:
      return up?.type === "CallExpression" && calleeName(up) === "String";
  }
}
