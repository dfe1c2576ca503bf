import { callArguments, handlerAround, keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import type { RequestPart } from "../../kit/held.ts";
import { objectNamed } from "../../kit/objects.ts";
import { isOwnMethod } from "./own-methods.ts";
import { isAskedBefore } from "./asked-before.ts";
import { valuesFurtherIn, valuesOfNamed, valuesOfPipeline } from "./filters.ts";
import { isTestedFurtherOut } from "../../kit/tested-further-out.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { importsAny } from "../../kit/mentions.ts";
import { named, rawRequestData } from "../../kit/request-data.ts";
import { checkArgument, type Reached } from "../../kit/sinks.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import type { Program } from "../../../model/program.ts";
import { rootPackage } from "../../../model/values.ts";
import { remembered } from "../../../remembered.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import {
  ancestors,
  boundNames,
  hasParameter,
  isFunction,
  walk,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";

const QUERIES =
  /^(?:find|findOne|findById|findByIdAnd(?:Update|Delete|Remove)|findOneAndUpdate|findOneAndDelete|findOneAndRemove|findOneAndReplace|updateOne|updateMany|deleteOne|deleteMany|countDocuments|exists|where|remove|update|count|aggregate)$/;

export const rule: Rule = defineRule({
  id: "input/nosql-operator",
  title: "Request data can be a query operator",
  severity: "high",
  confidence: "medium",
  cwe: [943],
  asvs: ["1.2.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: '`{"password": {"$ne": ""}}` is no text but a condition that is always true: a login without a password.',
  fix: "Make it what it must be: `String(req.body.name)`, or a schema that refuses objects.",
  callees: [
    /\.(?:find|findOne|findById|findByIdAnd(?:Update|Delete|Remove)|findOneAnd(?:Update|Delete|Remove|Replace))$/,
    /\.(?:updateOne|updateMany|deleteOne|deleteMany|countDocuments|exists|where|remove|update|count|aggregate)$/,
  ],
  visit: {
    CallExpression(node, context) {
      if (
        node.type !== "CallExpression" ||
        node.callee.type !== "MemberExpression" ||
        node.callee.property.type !== "Identifier"
      )
        return;
      if (!QUERIES.test(node.callee.property.name) || !usesMongo(context)) return;
      if (isOfOtherKind(node, node.callee, context)) return;
      check(node, node.callee.property.name, context);
    },
    ObjectProperty(node, context) {
      if (node.type === "ObjectProperty") checkCode(node, node.key, node.value, context);
    },
    AssignmentExpression(node, context) {
      if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression")
        checkCode(node, node.left.property, node.right, context);
    },
  },
});

function check(node: t.CallExpression, method: string, context: NodeContext): void {
  const [filter] = callArguments(node);
  const handler = filter === undefined ? undefined : dataAround(node, context);
  if (handler === undefined || filter === undefined) return;
  const { plain, further } = valuesIn(filter, method, handler);
  for (const [i, value] of [...plain, ...further].entries()) {
    const source = rawRequestData(value, handler);
    if (source === undefined || !STRUCTURED.has(source)) continue;
    if (i >= plain.length && source === "query" && hasPlainQuery(context)) continue;
    if (isTestedBefore(context.module, node, sourceText(context.module, value), handler)) continue;
    if (isAskedBefore(value, source, { node, handler }, context)) continue;
    if (isTestedFurtherOut(value, handler, context.program) || isOwnMethod(node, context)) continue;
    context.report({
      at: { module: context.module, node },
      message: `${named(source)} reaches the ${method === "aggregate" && value === filter ? "pipeline" : "filter"} as it came.`,
      related: handedOverAt(handler),
    });
    return;
  }
}

/** Where a client may write an object instead of a text. */
const STRUCTURED: ReadonlySet<RequestPart> = new Set(["body", "query", "message", "input"]);

interface Values {
  readonly plain: readonly t.Node[];
  readonly further: readonly t.Node[];
}

function valuesIn(filter: t.Node, method: string, handler: HandlerNames): Values {
  if (method === "aggregate")
    return rawRequestData(filter, handler) === undefined
      ? { plain: [], further: valuesOfPipeline(filter, handler) }
      : { plain: [filter], further: [] };
  if (filter.type === "ObjectExpression")
    return { plain: valuesOf(filter), further: valuesFurtherIn(filter) };
  return { plain: [filter], further: filter.type === "Identifier" ? valuesOfNamed(filter, handler) : [] };
}

/** Express 5 makes no objects of a query unless it is told to. */
const hasPlainQuery = ({ express, program }: NodeContext): boolean =>
  express === 5 && program.mention(/query parser/) === undefined;

/**
 * `User.update({ name }, { where: { id } })` of Sequelize: the first argument holds the values, and no operator is a
 * word. `createHash("sha256").update(text)` is no query at all, and neither is `roles.update({ name, changes })`: a
 * filter alone updates nothing.
 */
function isOfOtherKind(
  node: t.CallExpression,
  { object: model, property }: t.MemberExpression,
  context: NodeContext,
): boolean {
  const [first, options] = node.arguments;
  if (keyName(property) === "update" && first?.type !== "SpreadElement" && options === undefined) return true;
  const keys = [first, options].flatMap((one) => keysOf(one, node));
  return keys.includes("where") || /^(?:sequelize|(?:node:)?crypto)$/.test(packageOf(model, context));
}

const packageOf = (node: t.Node, context: NodeContext): string =>
  rootPackage(context.value(node))?.name ?? "";

function keysOf(given: t.Node | undefined, call: t.Node): readonly string[] {
  const handler = given?.type === "Identifier" ? handlerAround(call) : undefined;
  const object =
    given?.type === "Identifier" && handler !== undefined ? objectNamed(given.name, handler) : given;
  return object?.type === "ObjectExpression"
    ? object.properties.flatMap((one) => (one.type === "ObjectProperty" ? [keyName(one.key)] : []))
    : [];
}

/** `{ $where: `this.name == '${name}'` }`: the database runs it as code, wherever the value comes from. */
function checkCode(node: Node, key: t.Node, code: t.Node, context: NodeContext): void {
  if (keyName(key) !== "$where" || !usesMongo(context)) return;
  const reached: Reached[] = [];
  checkArgument(node, code, context, (one) => reached.push(one));
  if (reached.length === 0 && !textsIn(code).some(isParameter)) return;
  context.report({
    at: { module: context.module, node },
    message: `${reached.length > 0 ? "Request data" : "A value the function is given"} is part of the code of \`$where\`.`,
    fix: "Write the condition as a filter, with the value as text.",
    related: reached[0]?.related ?? [],
  });
}

/** The values that stand between the texts. */
function textsIn(node: t.Node): readonly t.Node[] {
  if (node.type === "TemplateLiteral") return node.expressions;
  if (node.type !== "BinaryExpression" || node.left.type === "PrivateName") return [];
  return [node.left, node.right].flatMap((one) => (one.type === "BinaryExpression" ? textsIn(one) : [one]));
}

function isParameter(node: t.Node): boolean {
  if (node.type !== "Identifier") return false;
  for (const up of ancestors(node)) {
    if (!isFunction(up)) continue;
    if (hasParameter(up, node.name)) return true;
    if (declares(up, node.name)) return false;
  }
  return false;
}

/** Whether the function has a variable of its own of that name, such as `const id = parseInt(given)`. */
function declares(fn: FunctionNode, name: string): boolean {
  let found = false;
  walk(fn.body, (one) => {
    if (one.type === "VariableDeclarator" && boundNames(one.id).includes(name)) found = true;
  });
  return found;
}

/** Databases whose filters are objects, and those that take them over. */
const MONGO: readonly string[] = [
  "mongoose",
  "mongodb",
  "mongojs",
  "monk",
  "marsdb",
  "nedb",
  "nedb-promises",
  "@seald-io/nedb",
];

const valuesOf = (node: t.ObjectExpression): readonly t.Node[] =>
  node.properties.flatMap((one) => (one.type === "ObjectProperty" ? [one.value] : []));

/** Here: that another package of the project has a MongoDB makes the queries of this one no filters. */
function usesMongo({ program, module, express }: NodeContext): boolean {
  const isDeclared = MONGO.some((name) => program.packages.declared(name, module.path) !== undefined);
  if (!isDeclared && !importsMongo(program)) return false;
  return express === 5 || program.mention(/sanitizeFilter['"]?\s*[,:]\s*true|mongo-sanitize/) === undefined;
}

const importsMongo = remembered((program: Program): boolean =>
  importsAny(program, new RegExp(`^(?:${MONGO.join("|")})$`)),
);
