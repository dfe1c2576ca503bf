import type { t } from "../../parse/ast.ts";
import { piecesOf } from "./built-values.ts";
import { declaredIn } from "./declarations.ts";
import { callArguments, keyName, sourceText, type HandlerNames } from "./nodes.ts";
import { escapeForPattern } from "./patterns.ts";
import { tablesWithPassword } from "./account-tables.ts";
import type { NodeContext } from "../rule.ts";

/** A call that asks a database for rows. */
export const isQuery = (node: t.Node): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  ((ASKS.test(keyName(node.callee.property)) && node.arguments.length > 0) || isPrepared(node.callee));

const ASKS = /^(?:get|query|execute|one|oneOrNone|many|manyOrNone|any|all)$/;

/** `db.prepare(sql).all()`, and `statement.all()` of one that was prepared before. */
const isPrepared = ({ object, property }: t.MemberExpression): boolean =>
  /^(?:get|all)$/.test(keyName(property)) && (object.type === "Identifier" || isPreparing(object));

const isPreparing = (node: t.Node | undefined): node is t.CallExpression =>
  node?.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  keyName(node.callee.property) === "prepare";

/** The statement that a call runs. */
function queryOf(made: t.Node, handler: HandlerNames): t.Node | undefined {
  const holder =
    made.type === "CallExpression" && made.callee.type === "MemberExpression"
      ? made.callee.object
      : undefined;
  const prepared = holder?.type === "Identifier" ? declaredIn(handler.fn).get(holder.name) : holder;
  return callArguments(isPreparing(prepared) ? prepared : made)[0];
}

const OF_ACCOUNTS =
  /^[`"[]?(?:\w{1,40}\.)?((?:tbl_?|app_?|site_?)?(?:users?|accounts|members|customers|employees|admins?|students|patients|clients|teachers|doctors|people|persons|staff|user_?accounts|user_?data)s?)\b/i;

/** `SELECT * FROM users` of a table with passwords, or a SELECT that names the column. */
export function asksAll(
  made: t.Node,
  name: string,
  text: string,
  handler: HandlerNames,
  { module, program }: NodeContext,
): boolean {
  const query = queryOf(made, handler);
  const parts = query?.type === "Identifier" ? piecesOf(query.name, handler) : [query];
  const sql = parts.map((one) => (one ? sourceText(module, one) : "")).join(" ");
  const [columns = "", table = ""] = sql.split(/\bFROM\s/i);
  const of = OF_ACCOUNTS.exec(table.trimStart())?.[1]?.toLowerCase();
  if (of === undefined) return false;
  if (/\b(?:password|passwd|pwd|password_hash)\b/i.test(columns)) return /^\W*SELECT\s/i.test(columns);
  if (!/^\W*SELECT (?:\w\.)?\*\s*$/i.test(columns)) return false;
  return (
    /\b(?:password|passwd|pwd)\b/i.test(sql) ||
    (name !== "" &&
      new RegExp(String.raw`\b${escapeForPattern(name)}\.(?:password|password_hash)\b`).test(text)) ||
    tablesWithPassword(program).has(of)
  );
}
