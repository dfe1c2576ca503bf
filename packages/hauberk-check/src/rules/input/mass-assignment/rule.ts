import { callArguments, dotted, handlerAround, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { isTypedBody, rawRequestData, wholePart } from "../../kit/request-data.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { isHeldRecord } from "./held-records.ts";
import {
  gathers,
  isAssignedAndSaved,
  isFoundRecord,
  isKept,
  isOfPrisma,
  isRecord,
  isRepository,
  isSaved,
} from "./records.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { ancestors, boundNames, constructorOf, isFunction, type Node, type t } from "../../../parse/ast.ts";

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
  callees: [
    /\.(?:save|insertMany|preload)$/,
    /\.(?:query|execute|push|set|create|build|upsert|bulkCreate|insert(?:One)?|update(?:One)?|find(?:ById|One)AndUpdate)$/,
    /\.(?:assign|assignIn|extend|merge|defaultsDeep)$/,
  ],
  visit: { CallExpression: check, NewExpression: check },
});

function check(node: Node, context: NodeContext): void {
  const handler = isWrite(node, context) && !readsOnly(node, context) ? dataAround(node, context) : undefined;
  if (handler === undefined) return;
  const values = writtenValues(node).map((one) => [one, asMade(one, handler)] as const);
  const [whole] =
    values.find(([, made]) => isWholeBody(made, handler, isWhole)) ??
    (writesForCertain(node)
      ? values.find(([, made]) => isWholeBody(made, handler, isTypedBody))
      : undefined) ??
    [];
  if (whole === undefined) return;
  const tested = [whole, ...spreadIn(asMade(whole, handler))];
  if (tested.some((one) => isTestedBefore(context.module, node, sourceText(context.module, one), handler)))
    return;
  context.report({
    at: { module: context.module, node },
    message: "All fields of the body are written.",
    related: handedOverAt(handler),
  });
}

const isWhole = (node: t.Node, handler: HandlerNames): boolean => wholePart(node, handler) === "body";

/** What a class describes is often handed to another one that takes single fields of it; a record of the database takes all. */
function writesForCertain(node: Node): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  if (dotted(node.callee) === "Object.assign") return isAssignedAndSaved(node);
  return isRepository(node.callee.object) || isOfPrisma(node.callee.object);
}

/** A class or function of the project that takes single fields of what it is given: `new Refund(req.body).perform()`. */
function readsOnly(node: Node, context: NodeContext): boolean {
  if (node.type !== "NewExpression") return false;
  const made = context.value(node.callee);
  if (made.k !== "fn" && made.k !== "class") return false;
  if (made.k === "class" && made.node.superClass) return false;
  const body = made.k === "class" ? (constructorOf(made.node) ?? made.node) : made.node;
  return !/\bassign\w*\(|\bextend\(|\bmerge\(|\.\.\.|\bfor\s*\(|\b(?:keys|entries)\(|forEach/.test(
    sourceText(made.module, body),
  );
}

/** The arguments, and the values given to `INSERT INTO users SET ?`. */
function writtenValues(node: Node): readonly t.Node[] {
  const given = callArguments(node);
  // `new Deserializer(models, model, req.body)` reads it; a record takes its fields first.
  if (node.type === "NewExpression") return given.slice(0, 1);
  if (!setsColumns(node)) return given;
  const [, values] = given;
  if (values?.type !== "ArrayExpression") return given.slice(1);
  return values.elements.filter((one) => one !== null);
}

function setsColumns(node: Node): boolean {
  let [sql] = callArguments(node);
  while (sql?.type === "BinaryExpression" && sql.left.type !== "PrivateName") sql = sql.left;
  return sql?.type === "StringLiteral" && /^\s*(?:INSERT\s+INTO|UPDATE)\s+\S+\s+SET\s+\?/i.test(sql.value);
}

const OF_REPOSITORIES = /^(?:save|insertMany|preload|merge)$/;

function isWrite(node: Node, context: NodeContext): boolean {
  if (node.type === "NewExpression")
    return (
      node.callee.type === "Identifier" &&
      /^[A-Z]/.test(node.callee.name) &&
      !/^(?:Error|Map|Set|Date|Array|Object|Promise|URL|Request|Response|FormData|URLSearchParams|\w*Error|\w*Dto|\w*DTO|\w*Schema|\w*Validator)$/.test(
        node.callee.name,
      ) &&
      // What happened is written down, field for field.
      !node.callee.name.endsWith("edEvent")
    );
  if (
    node.type !== "CallExpression" ||
    node.callee.type !== "MemberExpression" ||
    node.callee.property.type !== "Identifier"
  )
    return false;
  if (/^(?:query|execute)$/.test(node.callee.property.name)) return setsColumns(node);
  if (node.callee.property.name === "push") return isOverridden(node);
  const { object } = node.callee;
  if (gathers(node) && isSaved(node)) return true;
  if (/^(?:update|set)$/.test(node.callee.property.name) && isFoundRecord(object)) return true;
  if (object.type === "Identifier" && object.name === "Object" && !isKept(node)) return false;
  if (OF_REPOSITORIES.test(node.callee.property.name)) return isRepository(object);
  return (WRITES.has(node.callee.property.name) && isRecord(object)) || isHeldRecord(node, context);
}

/** `users.push({ id: users.length, ...req.body })`: a list of the module, and fields of the server's that the body may replace. */
function isOverridden(node: t.CallExpression): boolean {
  const [record] = node.arguments;
  const handler = handlerAround(node);
  if (handler === undefined || record === undefined || node.callee.type !== "MemberExpression") return false;
  const { object } = node.callee;
  if (object.type !== "Identifier" || boundInside(object)) return false;
  const made = asMade(record, handler);
  if (made.type !== "ObjectExpression") return false;
  const [first] = made.properties;
  return (
    first?.type === "ObjectProperty" &&
    made.properties.some((one) => one.type === "SpreadElement" && isWholeBody(one.argument, handler, isWhole))
  );
}

const boundInside = (name: t.Identifier): boolean =>
  ancestors(name).some(
    (up) =>
      isFunction(up) &&
      (declaredIn(up).has(name.name) || up.params.some((one) => boundNames(one).includes(name.name))),
  );

/** What a variable was given in the handler. */
const asMade = (node: t.Node, { fn }: HandlerNames): t.Node => {
  const made = node.type === "Identifier" ? declaredIn(fn).get(node.name) : undefined;
  return made?.type === "ObjectExpression" ? made : node;
};

/** `{ ...req.body, owner }`: what is asked about `req.body` is asked about this. */
const spreadIn = (made: t.Node): readonly t.Node[] =>
  made.type === "ObjectExpression"
    ? made.properties.flatMap((one) => (one.type === "SpreadElement" ? [one.argument] : []))
    : [];

type IsWhole = (node: t.Node, handler: HandlerNames) => boolean;

function isWholeBody(node: t.Node, handler: HandlerNames, isAll: IsWhole): boolean {
  if (node.type === "ObjectExpression")
    return node.properties.some((one) =>
      one.type === "SpreadElement"
        ? isWholeBody(one.argument, handler, isAll) || isPartOfBody(one.argument, handler)
        : one.type === "ObjectProperty" &&
          one.key.type === "Identifier" &&
          WRAPS.has(one.key.name) &&
          isWholeBody(one.value, handler, isAll),
    );
  return isAll(node, handler);
}

/** `{ ...req.body.camp }`: what is spread is an object, whatever it holds. */
const isPartOfBody = (node: t.Node, handler: HandlerNames): boolean =>
  node.type === "MemberExpression" && rawRequestData(node, handler) === "body";

/** `{ $set: body }` of Mongo, `{ data: body }` of Prisma. */
const WRAPS: ReadonlySet<string> = new Set(["$set", "data"]);
