import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";
import { madeAt } from "../../kit/made-at.ts";
import {
  callArguments,
  chainedCalls,
  dotted,
  keyName,
  plainText,
  rootIdentifier,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { objectNamed } from "../../kit/objects.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { isReading } from "../../kit/queries.ts";
import { viewText } from "../../kit/views.ts";
import type { NodeContext } from "../../rule.ts";

/** `user.password` of `<%= user.password %>`, where `res.render("users", { users })` gives accounts as they were found. */
export function passwordShown(
  node: t.CallExpression,
  handler: HandlerNames,
  { program, module }: NodeContext,
): string | undefined {
  const [view, data] = callArguments(node);
  const name = view === undefined ? undefined : plainText(view);
  const given = data?.type === "Identifier" ? objectNamed(data.name, handler) : data;
  if (name === undefined || given?.type !== "ObjectExpression") return undefined;
  const found = given.properties.flatMap((one) =>
    one.type === "ObjectProperty" && PEOPLE.test(keyName(one.key)) && isFound(one.value, handler, module)
      ? [keyName(one.key)]
      : [],
  );
  const text = found.length === 0 ? undefined : viewText(program, name);
  if (text === undefined || !FIELD.test(text)) return undefined;
  return found.flatMap((one) => eachOf(one, text)).find((one) => isPrinted(one, text));
}

/** Of people; a wallet and a room have passwords that are meant to be read. */
const PEOPLE =
  /^(?:\w*users?|members?|customers?|clients?|students?|employees?|admins?|people|profile|rows?|results?|data|list)$/i;
const FIELD = /\.(?:password|passwd|pwd|password_?hash)\b/i;

/** What a look-up gave, or the one who is signed in: what was typed is shown again in forms. */
function isFound(value: t.Node, handler: HandlerNames, module: Module): boolean {
  const path = dotted(value) ?? "";
  if (path === `${handler.req}.user` || path === `${handler.req}.session.user`) return true;
  const root = rootIdentifier(value);
  const made = root === undefined ? value : madeAt(root, handler.fn);
  const call = made?.type === "AwaitExpression" ? made.argument : made;
  return (
    call?.type === "CallExpression" &&
    isReading(chainedCalls(call).at(-1) ?? call) &&
    !CHOOSES.test(sourceText(module, call).replace(/\bselect \*/gi, ""))
  );
}

/** `SELECT name FROM users`, `User.find().select("name")`: what is not asked for is not shown. */
const CHOOSES = /-passw|\bselect\b(?!.{0,200}passw)|attributes|project/i;

/** The name itself, and what one of a list is called in a loop; a name that a loop over another list takes means one of that. */
function eachOf(list: string, text: string): readonly string[] {
  const isTaken = loopsOver(String.raw`[\w.]{1,60}`, text).includes(list);
  return [...(isTaken ? [] : [list]), ...loopsOver(escapeForPattern(list), text)];
}

const loopsOver = (list: string, text: string): readonly string[] =>
  [
    new RegExp(String.raw`\b${list}\.(?:forEach|map)\(\s?(?:function\s?)?\(?\s?(\w+)`, "g"),
    new RegExp(String.raw`\b(?:const|let|var|each|for)\s(\w+)(?:,\s?\w+)?\s(?:of|in)\s${list}\b`, "g"),
  ].flatMap((loop) => [...text.matchAll(loop)].flatMap(([, one]) => one ?? []));

/** `<%= user.password %>`, `{{ user.password }}`, `#{user.password}`, `td= user.password`. */
function isPrinted(name: string, text: string): boolean {
  const one = escapeForPattern(name);
  return new RegExp(
    String.raw`(?:<%[=-]|\{\{\{?|#\{|^\s{0,40}[\w.#-]{0,40}(?:\([^()\n]{0,200}\))?=)\s?${one}(?:\[\w+\])?\.(?:password|passwd|pwd|password_?hash)\b`,
    "im",
  ).test(text);
}
