import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { ancestors, someNode, type t } from "../../../parse/ast.ts";
import { calleeName, dotted } from "../../kit/nodes.ts";
import type { Module } from "../../../model/module.ts";
import { caughtParts } from "./caught-parts.ts";
import { partsSent } from "./parts-sent.ts";

/** What an answer contains: what it is given, and what was put into that in the lines above or where something had failed. */
export const partsOfAnswer = (answer: t.CallExpression, module: Module): readonly t.Node[] => [
  ...answer.arguments.flatMap((given) => {
    const name = heldName(given);
    return name === undefined ? partsSent(given) : [...partsSent(given), ...partsHeld(answer, name)];
  }),
  ...caughtParts(answer, module),
];

/** `json(body)`; `send(JSON.stringify(body))` and `json(encryptResponse(body))` keep its words. */
function heldName(given: t.Node): string | undefined {
  if (given.type === "Identifier") return given.name;
  if (given.type !== "CallExpression" || !KEEPS.test(calleeName(given) ?? "")) return undefined;
  const [inner] = given.arguments;
  return inner?.type === "Identifier" ? inner.name : undefined;
}

const KEEPS = /(?:^|\.)(?:stringify|encrypt|encode|serialize)[A-Za-z]{0,40}$/;

/** `body.data = { message: String(error) }` or `const body = { error }` among the statements before the answer. */
function partsHeld(answer: t.CallExpression, name: string): readonly t.Node[] {
  const put = new Map<string, t.Node>();
  for (const statement of statementsBefore(answer)) {
    const { target, value } = assigned(statement, name) ?? {};
    if (target !== undefined && value !== undefined) put.set(target, value);
    // `if (isProduction) body.data = ""`, `hide(body)`, `delete body.data`: whether it is still there nobody knows.
    else if (put.size > 0 && names(statement, name)) put.clear();
  }
  return [...put.values()].flatMap(partsSent);
}

function statementsBefore(answer: t.CallExpression): readonly t.Node[] {
  let inner: t.Node = answer;
  for (const up of ancestors(answer)) {
    if (up.type === "BlockStatement")
      return up.body.slice(
        0,
        up.body.findIndex((one) => one === inner),
      );
    if (!/^(?:ExpressionStatement|ReturnStatement|AwaitExpression)$/.test(up.type)) return [];
    inner = up;
  }
  return [];
}

interface Assigned {
  readonly target: string;
  readonly value: t.Node;
}

function assigned(statement: t.Node, name: string): Assigned | undefined {
  if (statement.type === "VariableDeclaration") {
    const own = statement.declarations.find(({ id }) => id.type === "Identifier" && id.name === name);
    return own?.init?.type === "ObjectExpression" ? { target: name, value: own.init } : undefined;
  }
  if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression")
    return undefined;
  const { left, right, operator } = statement.expression;
  const target = left.type === "MemberExpression" ? dotted(left) : undefined;
  return operator === "=" && target !== undefined && leftmostIdentifier(left) === name
    ? { target, value: right }
    : undefined;
}

function names(statement: t.Node, name: string): boolean {
  return someNode(statement, (node) => node.type === "Identifier" && node.name === name);
}
