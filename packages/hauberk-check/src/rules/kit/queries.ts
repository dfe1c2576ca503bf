import type { t } from "../../parse/ast.ts";
import { keyName } from "./nodes.ts";

const QUERIES =
  /^(?:query|execute|raw|aggregate|save|create|upsert|destroy|(?:find|insert|update|delete|remove|count|replace)(?:One|Many|All|ById|ByPk|OrCreate|AndCountAll)?|find(?:ById|One)And(?:Update|Delete|Remove|Replace)|(?:one|many)(?:OrNone)?|any|none)$/;

/** Whether a method of this name asks a database, whatever the library is. */
export const isQueryName = (name: string): boolean => QUERIES.test(name);

const SQL = /^\s{0,20}(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH)\s/i;

/** Whether an expression is the text of an SQL query, by how it begins or by what it is called. */
export const isSqlText = (query: t.Node): boolean =>
  query.type === "Identifier" ? /sql|query|stmt|statement/i.test(query.name) : isSqlStart(query);

/** `SELECT ...`, whatever is put into it. */
export const isSqlStart = (query: t.Node): boolean => SQL.test(plainStart(query));

/** What a text begins with, whatever is put into it. */
export function plainStart(node: t.Node): string {
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "TemplateLiteral") return node.quasis[0]?.value.cooked ?? "";
  return node.type === "BinaryExpression" ? plainStart(node.left) : "";
}

/** `query("SELECT ...")`, `all(sql, ...)`: names that other things have too need a text beside them. */
export const isSqlCall = (name: string, given: readonly t.Node[]): boolean =>
  /^(?:query|execute|raw|all|get|run|each|any|none|one|oneOrNone)$/.test(name) &&
  given[0] !== undefined &&
  isSqlText(given[0]);

/** A call that reads what was stored: of a database, by whatever name it goes. */
export function isReading({ callee, arguments: given }: t.CallExpression): boolean {
  if (callee.type !== "MemberExpression") return false;
  const name = keyName(callee.property);
  return (
    isSqlCall(name, given) ||
    /^find(?:One|All|Many|ById|ByPk|First|Unique)?$|^toArray$|^(?:find|list|load|select)[A-Z]\w{0,40}$/.test(
      name,
    )
  );
}
