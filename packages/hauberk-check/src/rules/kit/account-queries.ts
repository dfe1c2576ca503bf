import type { t } from "../../parse/ast.ts";
import { piecesOf } from "./built-values.ts";
import { callArguments, keyName, sourceText, type HandlerNames } from "./nodes.ts";
import { escapeForPattern } from "./patterns.ts";
import type { NodeContext } from "../rule.ts";

/** A call that asks a database for rows. */
export const isQuery = (node: t.Node): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  /^(?:get|query|execute|one|oneOrNone|all)$/.test(keyName(node.callee.property)) &&
  callArguments(node)[0] !== undefined;

const OF_ACCOUNTS = /^[`"[]?(?:\w+\.)?(?:users?|accounts|members|customers|employees|admins?)\b/i;

/** `SELECT * FROM users` of a table with passwords, or a SELECT that names the column. */
export function asksAll(
  made: t.Node,
  name: string,
  text: string,
  handler: HandlerNames,
  { module, program }: NodeContext,
): boolean {
  const [first] = callArguments(made);
  const parts = first?.type === "Identifier" ? piecesOf(first.name, handler) : [first];
  const sql = parts.map((one) => (one ? sourceText(module, one) : "")).join(" ");
  const [columns = "", table = ""] = sql.split(/\bFROM\s/i);
  if (!OF_ACCOUNTS.test(table.trimStart())) return false;
  if (/\b(?:password|passwd|pwd|password_hash)\b/i.test(columns)) return /^\W*SELECT\s/i.test(columns);
  if (!/^\W*SELECT (?:\w\.)?\*\s*$/i.test(columns)) return false;
  return (
    /\b(?:password|passwd|pwd)\b/i.test(sql) ||
    new RegExp(String.raw`\b${escapeForPattern(name)}\.(?:password|password_hash)\b`).test(text) ||
    (/^\W*users?\b/i.test(table) &&
      program.mention(TABLE) !== undefined &&
      program.mention(COLUMN) !== undefined)
  );
}

const TABLE = /CREATE TABLE (?:IF NOT EXISTS )?[`"]?users\b/i;
const COLUMN = /\bpassword[`"]? (?:TEXT|VARCHAR|CHAR)/i;
