import type { Program } from "../../model/program.ts";
import type { t } from "../../parse/ast.ts";
import type { NodeContext } from "../rule.ts";
import { showsPassword } from "./account-models.ts";
import { callArguments, chainedCalls, dotted, keyName, sourceText } from "./nodes.ts";
import { escapeForPattern } from "./patterns.ts";

export const PASSWORD: RegExp = /^(?:password|passwd|pwd|password_?hash|hashed_?password)$/i;

export const hasPassword = (node: t.ObjectExpression): boolean =>
  node.properties.some(
    (one) =>
      one.type === "ObjectProperty" &&
      PASSWORD.test(keyName(one.key)) &&
      !/^(?:NullLiteral|BooleanLiteral|StringLiteral|ConditionalExpression|UnaryExpression)$/.test(
        one.value.type,
      ) &&
      !(one.value.type === "Identifier" && one.value.name === "undefined"),
  );

const givesPassword = (node: t.Node): boolean =>
  callArguments(node).some((one) => one.type === "ObjectExpression" && hasPassword(one));

const MODEL = /^(?:\w+\.)*(?:User|Users|Account|Member|Customer|Admin|Employee|Student)(?:Model)?$/;
const isNamed = (node: t.Node): boolean => MODEL.test(dotted(node) ?? "");

/** `new User({ name, password })`, and `new User(req.body)` of a model that has passwords. */
export function isNewOfModel(made: t.NewExpression, context: NodeContext): boolean {
  const [given] = made.arguments;
  if (given === undefined) return false;
  return isNamed(made.callee) && givesPassword(made)
    ? !isHidden(context.program)
    : given.type !== "ObjectExpression" && showsPassword(made.callee, context);
}

const FINDS =
  /^find(?:One|ById|ByPk|Unique|First|Many|All|OneBy|UniqueOrThrow|FirstOrThrow|OneAnd(?:Update|Delete|Replace)|ByIdAnd(?:Update|Delete|Remove))?$/;
const FINDS_ONE = /^find(?:One|ById|ByPk|Unique|First|OneBy)$/;

/** `User.create({ name, password })`, `User.find()` of a schema with passwords, `User.findOne(filter)` whose password the handler reads. */
export function isFromModel(
  made: t.CallExpression,
  name: string,
  text: string,
  context: NodeContext,
): boolean {
  const call = firstCall(made);
  if (call === undefined) return false;
  const { model, method, node } = call;
  if (method === "create" && isNamed(model) && givesPassword(node)) return !isHidden(context.program);
  if (!(WRITES.test(method) || FINDS.test(method)) || choosesFields(made, call, context)) return false;
  if (isNamed(model) && FINDS_ONE.test(method) && isRead(node, name, text, context.program)) return true;
  return (FINDS.test(method) || givesAll(call)) && showsPassword(model, context);
}

const WRITES = /^(?:create|update|upsert|delete)$/;

/** `User.create(req.body)`, and `prisma.user.update({ where, data })`, which gives back what was written. */
function givesAll({ node, method }: First): boolean {
  const [given, ...more] = node.arguments;
  if (given === undefined || more.length > 0) return false;
  if (given.type !== "ObjectExpression") return method === "create";
  return given.properties.some(
    (one) => one.type === "ObjectProperty" && keyName(one.key) === (method === "create" ? "data" : "where"),
  );
}

function choosesFields(made: t.CallExpression, { node, method }: First, { module }: NodeContext): boolean {
  const chain = sourceText(module, made);
  if (/\battributes\b|\bprojection\b|\bselect\s?:|\bomit\s?:|\bfields\s?:/.test(chain)) return true;
  if (/\.(?:select|project|projection|distinct)\(/.test(chain))
    return !/select\(\s?["'`][^"'`]*(?<!-)\bpassword\b/.test(chain);
  // `User.find({}, "name")`, `User.findById(id, { name: 1 })`; a callback chooses nothing.
  const second = node.arguments[1];
  return (
    !/And|create|All|Pk|Unique|Many/.test(method) &&
    second !== undefined &&
    !/^(?:ArrowFunctionExpression|FunctionExpression|NullLiteral)$/.test(second.type) &&
    !(second.type === "ObjectExpression" && second.properties.length === 0)
  );
}

/** The handler reads its password, or has found it by that. */
function isRead(node: t.CallExpression, name: string, text: string, program: Program): boolean {
  if (isHidden(program)) return false;
  if (
    name !== "" &&
    new RegExp(
      String.raw`\b${escapeForPattern(name)}\.(?:password|passwd|passwordHash|password_hash)\b`,
    ).test(text)
  )
    return true;
  const [filter] = node.arguments;
  return (
    filter?.type === "ObjectExpression" && hasPassword(filter) && program.mention(LEFT_OUT) === undefined
  );
}

/** A schema whose password comes only when it is asked for. */
const LEFT_OUT = /\bselect: ?false\b/;

interface First {
  readonly node: t.CallExpression;
  readonly method: string;
  readonly model: t.Node;
}

/** The first call of `User.findOne(filter).select("+password").lean()`. */
function firstCall(made: t.CallExpression): First | undefined {
  const node = chainedCalls(made).at(-1) ?? made;
  const { callee } = node;
  if (callee.type !== "MemberExpression") return undefined;
  const isModel = callee.object.type === "Identifier" || callee.object.type === "MemberExpression";
  return isModel ? { node, method: keyName(callee.property), model: callee.object } : undefined;
}

/** A schema that takes the password out of what is sent says so somewhere. */
const isHidden = (program: Program): boolean => program.mention(HIDES) !== undefined;
const HIDES =
  /toJSON|toObject|\btransform\b|class-transformer|@Exclude|mongoose-hidden|select: ?["']-password/;
