import { codeOf } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { rootPackage } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { calleeName, rootIdentifier, sourceText } from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import type { NodeContext } from "../../rule.ts";

/** Methods that write what they are given. */
export const KEEPS: RegExp =
  /^(?:create|insert|insertOne|insertMany|bulkCreate|update|updateOne|updateMany|findOneAndUpdate|findByIdAndUpdate)$/;
export const NAMED: RegExp = /\b(?:password|passwd|pwd)\b/;
const ACCOUNTS = /(?:user|account|member|customer|admin|employee|student)s?(?:model|schema)?["')\]]{0,3}$/i;
const MODEL = /^(?:\w+\.)?(?:User|Account|Member|Customer|Admin|Employee|Student)s?(?:Model)?$/;
const STORES =
  /^(?:mongoose|mongodb|sequelize|typeorm|knex|objection|@prisma\/client|mongojs|monk|nedb|@seald-io\/nedb|lowdb)\b/;

/** Whether a call puts its fields into a store of accounts, of a project in which nothing makes a hash of anything. */
export function isKeptPlain(node: t.Node, context: NodeContext): boolean {
  if (!mentions(context.module, NAMED)) return false;
  const holder = holderOf(node, context);
  return holder !== undefined && isOfProject(holder, context) && hashesNothing(context.program);
}

/** `User` of `User.create(...)`, `db.collection("users")`; `new User(...)` is kept where something saves. */
function holderOf(node: t.Node, { module }: NodeContext): t.Node | undefined {
  if (node.type === "NewExpression")
    return MODEL.test(calleeName(node) ?? "") && /\.save\(/.test(codeOf(module)) ? node.callee : undefined;
  const callee = node.type === "CallExpression" ? node.callee : undefined;
  if (callee?.type !== "MemberExpression") return undefined;
  return ACCOUNTS.test(sourceText(module, callee.object)) ? callee.object : undefined;
}

/** What a package does with a password nobody here says; nor what a file does that is not there. */
function isOfProject(holder: t.Node, { module, value }: NodeContext): boolean {
  const root = rootIdentifier(holder.type === "CallExpression" ? holder.callee : holder);
  if (root === undefined) return false;
  const known = value(root);
  const from = rootPackage(known.k === "call" ? known.callee : known);
  if (from !== undefined) return STORES.test(from.name);
  const isImported = new RegExp(
    String.raw`\b${escapeForPattern(root.name)}\b[^;\n]{0,80}(?:\brequire\(|\bfrom ?["'])`,
  ).test(module.text);
  return !isImported || /^(?:class|fn|obj)$/.test(known.k);
}

/** Any source may hold the hook of a model, those that set up no app and are not read otherwise among them. */
const hashesNothing = remembered(
  ({ list, files }: Program): boolean =>
    !list.some(
      (path) => MAY_HASH.test(path) && !OF_BROWSERS.test(path) && HASHES.test(files.read(path) ?? ""),
    ),
);
const MAY_HASH = /\.[cm]?[jt]sx?$|(?:^|\/)package\.json$/;
const OF_BROWSERS = /(?:^|\/)(?:public|static|assets)\//;
const HASHES =
  /bcrypt|argon2|scrypt|pbkdf2|hash|\bcrypt\(|\bmd5|\bsha\d|createHmac|passport-local-mongoose|mongoose-encryption/i;
