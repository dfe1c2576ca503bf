import { callArguments, dotted, handlerAround, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { rawRequestData, wholePart } from "../../kit/request-data.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node, t } from "../../../parse/ast.ts";

const WRITES: ReadonlySet<string> = new Set([
  "create",
  "insertOne",
  "insert",
  "update",
  "updateOne",
  "findByIdAndUpdate",
  "findOneAndUpdate",
  "build",
  "upsert",
  "bulkCreate",
  "assign",
]);

export const rule: Rule = defineRule({
  id: "input/mass-assignment",
  title: "The whole body is written to a record",
  severity: "medium",
  confidence: "medium",
  cwe: [915],
  asvs: ["15.3.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Any field of the record can be set, `isAdmin`, `balance` or `owner` among them.",
  fix: "Pick the fields: `const { title, text } = req.body`.",
  visit: { CallExpression: check, NewExpression: check },
});

function check(node: Node, context: NodeContext): void {
  const handler = handlerAround(node);
  if (handler === undefined || !isWrite(node)) return;
  const whole = writtenValues(node).find((one) => isWholeBody(one, handler));
  if (whole === undefined || isTestedBefore(context.module, node, sourceText(context.module, whole))) return;
  context.report({ at: { module: context.module, node }, message: "All fields of the body are written." });
}

/** The arguments, and the values given to `INSERT INTO users SET ?`. */
function writtenValues(node: Node): readonly t.Node[] {
  const given = callArguments(node);
  if (!setsColumns(node)) return given;
  const [, values] = given;
  if (values?.type !== "ArrayExpression") return given.slice(1);
  return values.elements.filter((one) => one !== null);
}

function setsColumns(node: Node): boolean {
  const [sql] = callArguments(node);
  return sql?.type === "StringLiteral" && /^\s*(?:INSERT\s+INTO|UPDATE)\s+\S+\s+SET\s+\?/i.test(sql.value);
}

function isWrite(node: Node): boolean {
  if (node.type === "NewExpression")
    return (
      node.callee.type === "Identifier" &&
      /^[A-Z]/.test(node.callee.name) &&
      !/^(?:Error|Map|Set|Date|Array|Object|Promise|URL|Request|Response|FormData|URLSearchParams|\w*Error|\w*Dto|\w*DTO|\w*Schema|\w*Validator)$/.test(
        node.callee.name,
      )
    );
  if (
    node.type !== "CallExpression" ||
    node.callee.type !== "MemberExpression" ||
    node.callee.property.type !== "Identifier"
  )
    return false;
  if (/^(?:query|execute)$/.test(node.callee.property.name)) return setsColumns(node);
  const { object } = node.callee;
  if (object.type === "Identifier" && object.name === "Object" && !isKept(node)) return false;
  return WRITES.has(node.callee.property.name) && isRecord(object);
}

function isWholeBody(node: t.Node, handler: HandlerNames): boolean {
  if (node.type === "ObjectExpression")
    return node.properties.some((one) =>
      one.type === "SpreadElement"
        ? isWholeBody(one.argument, handler) || isPartOfBody(one.argument, handler)
        : one.type === "ObjectProperty" &&
          one.key.type === "Identifier" &&
          WRAPS.has(one.key.name) &&
          isWholeBody(one.value, handler),
    );
  return wholePart(node, handler) === "body";
}

/** `{ ...req.body.camp }`: what is spread is an object, whatever it holds. */
const isPartOfBody = (node: t.Node, handler: HandlerNames): boolean =>
  node.type === "MemberExpression" && rawRequestData(node, handler) === "body";

/** `{ $set: body }` of Mongo, `{ data: body }` of Prisma. */
const WRAPS: ReadonlySet<string> = new Set(["$set", "data"]);

/** A model (`User`, `db.user`, `models.User`), or a table that a query builder names (`knex("users")`). */
function isRecord(node: t.Node): boolean {
  if (node.type === "CallExpression")
    return node.arguments[0]?.type === "StringLiteral" && isTable(node.callee);
  return /^(?:[A-Z]\w*|(?:\w+\.)*(?:db|models|orm|prisma)\.\w+|(?:\w+\.)+[A-Z]\w*)$/.test(dotted(node) ?? "");
}

const isTable = (callee: t.Node): boolean =>
  /^(?:knex|db|(?:\w+\.)*(?:collection|table|model))$/.test(dotted(callee) ?? "");

/** `Object.assign({}, req.body)` and `Object.assign(req.body, more)` only gather; `Object.assign(user, req.body)` writes. */
function isKept(node: t.CallExpression): boolean {
  const [target] = node.arguments;
  // What compilers make of `{ ...user, ...body }`.
  if (target?.type === "CallExpression" && dotted(target.callee) === "Object.assign") return isKept(target);
  if (target?.type === "ObjectExpression" || target?.type === "ArrayExpression") return false;
  const handler = handlerAround(node);
  return target === undefined || handler === undefined || containsRequestData(target, handler) === undefined;
}
