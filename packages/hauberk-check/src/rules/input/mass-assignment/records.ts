import {
  ancestors,
  enclosingFunction,
  isFunction,
  parentOf,
  someNode,
  walk,
  type FunctionNode,
  type t,
} from "../../../parse/ast.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { typeOfField } from "../../kit/injected.ts";
import { dotted, handlerAround, keyName } from "../../kit/nodes.ts";

/** `_.extend(user, req.body)`, which is followed by `user.save()`. */
export const gathers = (node: t.CallExpression): boolean =>
  /^(?:_|lodash|\$|underscore)\.(?:extend|assign|assignIn|merge|defaultsDeep)$/.test(
    dotted(node.callee) ?? "",
  );

export function isSaved(node: t.CallExpression): boolean {
  const [target] = node.arguments;
  const handler = handlerAround(node);
  return target?.type === "Identifier" && handler !== undefined && callsSave(handler.fn, target.name);
}

function callsSave(fn: FunctionNode, name: string): boolean {
  let isFound = false;
  walk(fn.body, (one) => {
    if (one.type === "CallExpression" && dotted(one.callee) === `${name}.save`) isFound = true;
  });
  return isFound;
}

/** `const user = await User.findByPk(id); user.update(req.body)`, and the same in a callback of `then`. */
export function isFoundRecord(object: t.Node): boolean {
  if (object.type !== "Identifier") return false;
  for (const up of ancestors(object)) {
    if (!isFunction(up)) continue;
    const [param] = up.params;
    if (param?.type === "Identifier" && param.name === object.name) return isGivenRecord(up);
    const found = declaredIn(up).get(object.name);
    if (found !== undefined) return isLookUp(found.type === "AwaitExpression" ? found.argument : found);
  }
  return false;
}

function isGivenRecord(callback: FunctionNode): boolean {
  const call = parentOf(callback);
  return (
    call?.type === "CallExpression" &&
    call.callee.type === "MemberExpression" &&
    call.callee.property.type === "Identifier" &&
    call.callee.property.name === "then" &&
    isLookUp(call.callee.object)
  );
}

const isLookUp = (node: t.Node): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  node.callee.property.type === "Identifier" &&
  /^find(?:One|ByPk|ById|OneBy|First|Unique)$/.test(node.callee.property.name) &&
  isRecord(node.callee.object);

/** A model (`User`, `db.user`, `models.User`), or a table that a query builder names (`knex("users")`). */
export function isRecord(node: t.Node): boolean {
  if (isRepository(node)) return true;
  if (node.type === "CallExpression")
    return node.arguments[0]?.type === "StringLiteral" && isTable(node.callee);
  if (node.type === "Identifier" && isCollection(node)) return true;
  return /^(?:[A-Z]\w*|(?:\w+\.)*(?:db|models|orm|prisma)\.\w+|(?:\w+\.)+[A-Z]\w*)$/.test(dotted(node) ?? "");
}

/** `const goods = db.collection("goods")` of the same function, and monk's `db.get("goods")`. */
function isCollection(node: t.Identifier): boolean {
  for (const up of ancestors(node)) {
    const made = isFunction(up) ? declaredIn(up).get(node.name) : undefined;
    if (made !== undefined)
      return (
        made.type === "CallExpression" && made.arguments[0]?.type === "StringLiteral" && isTable(made.callee)
      );
  }
  return false;
}

const REPOSITORY = /^(?:(?:Mongo|Tree|Entity)?Repository|(?:Paginate|SoftDelete)?Model)$/;

/** `this.users` of `constructor(private readonly users: Repository<User>)`. */
export const isRepository = (node: t.Node): boolean =>
  node.type === "MemberExpression" &&
  node.object.type === "ThisExpression" &&
  !node.computed &&
  REPOSITORY.test(typeOfField(keyName(node.property), node)?.name ?? "");

/** `this.prisma.user`. */
export const isOfPrisma = (node: t.Node): boolean =>
  /(?:^|\.)prisma(?:Service)?\.\w+$/.test(dotted(node) ?? "");

/** `Object.assign(user, dto)`, and `this.users.save(user)` or `user.save()` after it. */
export function isAssignedAndSaved(node: t.CallExpression): boolean {
  const [target] = node.arguments;
  const fn = enclosingFunction(node);
  if (target?.type !== "Identifier" || fn === undefined) return false;
  return someNode(
    fn.body,
    (one) =>
      one.type === "CallExpression" &&
      one.callee.type === "MemberExpression" &&
      /^(?:save|persist|persistAndFlush|update)$/.test(keyName(one.callee.property)) &&
      [one.callee.object, ...one.arguments].some(
        (held) => held.type === "Identifier" && held.name === target.name,
      ),
  );
}

const isTable = (callee: t.Node): boolean =>
  /^(?:knex|db|(?:\w+\.)*(?:collection|table|model|db\.get))$/.test(dotted(callee) ?? "");

/** `Object.assign({}, req.body)` and `Object.assign(req.body, more)` only gather; `Object.assign(user, req.body)` writes. */
export function isKept(node: t.CallExpression): boolean {
  const [target] = node.arguments;
  // `constructor(given) { Object.assign(this, given); }`: what is made of it is another question.
  if (target?.type === "ThisExpression" && isInConstructor(node)) return false;
  // What compilers make of `{ ...user, ...body }`.
  if (target?.type === "CallExpression" && dotted(target.callee) === "Object.assign") return isKept(target);
  if (target?.type === "ObjectExpression" || target?.type === "ArrayExpression") return false;
  const handler = handlerAround(node);
  return target === undefined || handler === undefined || containsRequestData(target, handler) === undefined;
}

function isInConstructor(node: t.Node): boolean {
  const fn = ancestors(node).find(isFunction);
  return fn?.type === "ClassMethod" && fn.kind === "constructor";
}
