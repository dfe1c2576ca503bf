import { dotted, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { mentions } from "../../kit/mentions.ts";
import type { Reached } from "../../kit/sinks.ts";
import type { Module } from "../../../model/module.ts";
import type { Node, t } from "../../../parse/ast.ts";

const BUILDERS =
  /["'](?:knex|sequelize|sequelize-typescript|objection|bookshelf|drizzle-orm[\w/-]*|@prisma\/client|typeorm)["']|\bknex\b/;

/** Whether a call takes a piece of SQL, which has no SELECT to know it by. */
export function takesPiece(
  node: Node,
  { argument, handler, module: written }: Reached,
  module: Module,
): boolean {
  const method = methodOf(node);
  // `whereRaw`, and what is given is SQL whatever it looks like: `prisma.$queryRawUnsafe(req.query.q)`.
  if (/Raw$|^\$(?:query|execute)RawUnsafe$/.test(method)) return true;
  if (method === "literal") return /^$|sequelize$/i.test(holderOf(node));
  if (method === "raw")
    return mentions(module, BUILDERS) && /^(?:\w*knex|trx|sql|Prisma|\w*orm)$/i.test(holderOf(node));
  if (!CONDITIONS.test(method) || !isOfBuilder(node, handler, module)) return false;
  // Given a name alone `where` takes it for a property; `orderBy` writes it down as it came.
  return ORDERS.test(method) || isComposed(argument, written === module);
}

const CONDITIONS = /^(?:(?:and|or)?[wW]here|(?:and|or)?[hH]aving|(?:add)?[oO]rderBy|(?:add)?[gG]roupBy)$/;
const ORDERS = /orderBy|groupBy/i;

/** A text with the value in it, put together here or where it is handed over. */
const isComposed = (node: t.Node, isHere: boolean): boolean =>
  node.type === "TemplateLiteral" || node.type === "BinaryExpression" || !isHere;

/** `query` of `db.query(...)`, `literal` of `literal(...)`. */
export const methodOf = (node: Node): string => {
  if (node.type !== "CallExpression") return "";
  const { callee } = node;
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" && callee.property.type === "Identifier"
    ? callee.property.name
    : "";
};

/** `knex` of `knex.raw(...)` and of `this.knex.raw(...)`. */
const holderOf = (node: Node): string => {
  const callee = node.type === "CallExpression" ? node.callee : undefined;
  return callee?.type === "MemberExpression" ? (dotted(callee.object)?.split(".").at(-1) ?? "") : "";
};

/** TypeORM's: `repository.createQueryBuilder("u").where(...)`, in one chain or held in a variable. */
function isOfBuilder(node: Node, handler: HandlerNames, module: Module): boolean {
  let at: t.Node = node;
  while (at.type === "CallExpression" && at.callee.type === "MemberExpression") at = at.callee.object;
  if (isMade(node, module)) return true;
  return at.type === "Identifier" && piecesOf(at.name, handler).some((one) => isMade(one, module));
}

/** Whether the chain of calls begins with the one that makes the builder. */
function isMade(node: t.Node, module: Module): boolean {
  for (
    let at = node;
    at.type === "CallExpression" && at.callee.type === "MemberExpression";
    at = at.callee.object
  )
    if (sourceText(module, at.callee.property) === "createQueryBuilder") return true;
  return false;
}
