import { walk, type t } from "../../parse/ast.ts";
import { dotted } from "./nodes.ts";

/**
 * `isSafe(target) ? target : "/"` and `target.startsWith("/") && more ? target : "/"`; that it is there at all
 * (`target ? target : "/"`) is no test, and neither is that it is an address (`target.startsWith("http")`).
 */
export function isAsked(test: t.Node, value: t.Node): boolean {
  if (test.type === "LogicalExpression")
    return test.operator === "&&" && (isAsked(test.left, value) || isAsked(test.right, value));
  if (test.type !== "CallExpression" && test.type !== "OptionalCallExpression") return false;
  // `Array.isArray(urls) ? urls : [urls]`: one or many, each of them whatever the client sent.
  if (dotted(test.callee) === "Array.isArray") return false;
  const isIt = (one: t.Node): boolean => isSame(one, value);
  return test.arguments.some(isIt) || (isIt(holderOf(test)) && /^\/?[^:]?$/.test(firstText(test)));
}

/** The same of each value that a text is made of: `KINDS.includes(kind) ? "select * from " + kind : ""`. */
export function arePiecesAsked(test: t.Node, text: t.Node): boolean {
  if (isAsked(test, text)) return true;
  if (text.type === "TemplateLiteral")
    return text.expressions.length > 0 && text.expressions.every((one) => arePiecesAsked(test, one));
  if (text.type !== "BinaryExpression" || text.operator !== "+") return false;
  const pieces = [text.left, text.right].filter((one) => one.type !== "StringLiteral");
  return pieces.length > 0 && pieces.every((one) => arePiecesAsked(test, one));
}

function holderOf({ callee }: t.CallExpression | t.OptionalCallExpression): t.Node {
  return (callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression") &&
    callee.property.type === "Identifier" &&
    callee.property.name === "startsWith"
    ? callee.object
    : callee;
}

const firstText = ({ arguments: [first] }: t.CallExpression | t.OptionalCallExpression): string =>
  first?.type === "StringLiteral" ? first.value : "unknown";

/** The same name, or the same longer expression: `KINDS.includes(url.split(".").at(-1)) ? url.split(".").at(-1) : "jpg"`. */
const isSame = (one: t.Node, other: t.Node): boolean =>
  one.type === other.type && wordsOf(one) === wordsOf(other);

/** Everything a piece of code is written with, in its order, without spaces and comments. */
function wordsOf(root: t.Node): string {
  const words: unknown[] = [];
  walk(root, (node) => {
    words.push(node.type);
    if (node.type === "Identifier") words.push(node.name);
    if ("value" in node && typeof node.value !== "object") words.push(JSON.stringify(node.value));
    if ("operator" in node) words.push(node.operator);
  });
  return words.join(" ");
}

/** `typeof id === "string" ? id : ""`, and `typeof id !== "string" ? "" : id`: an object does not come through. */
export function isOfType(test: t.Node, value: t.Node, whenTrue: boolean): boolean {
  if (test.type === "LogicalExpression")
    return (
      test.operator === (whenTrue ? "&&" : "||") &&
      (isOfType(test.left, value, whenTrue) || isOfType(test.right, value, whenTrue))
    );
  if (test.type !== "BinaryExpression" || !/^[!=]==?$/.test(test.operator)) return false;
  const { left, right } = test;
  return (
    test.operator.startsWith("=") === whenTrue &&
    left.type === "UnaryExpression" &&
    left.operator === "typeof" &&
    right.type === "StringLiteral" &&
    /^(?:string|number|boolean|bigint)$/.test(right.value) &&
    dotted(left.argument) !== undefined &&
    dotted(left.argument) === dotted(value)
  );
}
