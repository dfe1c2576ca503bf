import { isFunction, type FunctionNode, type t } from "../../../parse/ast.ts";
import { calleeName, chainedCalls, keyName } from "../../kit/nodes.ts";
import { isSqlCall } from "../../kit/queries.ts";

/** A callback that runs when the handler is long left, and Express catches nothing any more. */
export interface Late {
  readonly fn: FunctionNode;
  /** What was asked for and may fail. */
  readonly asks: string | undefined;
  /** What a record that is not there is. */
  readonly nothing?: "undefined" | "null";
  /** The names of the calls, the last one first. */
  readonly names: readonly string[];
}

export function callbackOf(call: t.CallExpression): Late | undefined {
  const fn = call.arguments.at(-1);
  if (fn === undefined || !isFunction(fn)) return undefined;
  const names = chainedCalls(call).map(({ callee }) => lastOf(callee));
  const [name = ""] = names;
  if (name === "on") return isEvent(call) ? { fn, asks: undefined, names } : undefined;
  const [first] = fn.params;
  if (first?.type !== "Identifier" || !ERROR.test(first.name)) return undefined;
  if (isSqlCall(name, call.arguments)) return { fn, asks: "the query", nothing: "undefined", names };
  if (isOfDocuments(names) && calleeName(call)?.endsWith("session.save") !== true)
    return { fn, asks: "the query", nothing: "null", names };
  const known = ASKS.find(([callee]) => callee.test(calleeName(call) ?? ""));
  return known && { fn, asks: known[1], names };
}

const ERROR = /^_?(?:e|er|err|error)\d?$/i;

const lastOf = (callee: t.Node): string =>
  callee.type === "MemberExpression"
    ? keyName(callee.property)
    : callee.type === "Identifier"
      ? callee.name
      : "";

/** `req.on("end", () => ...)`. */
const isEvent = ({ arguments: [event] }: t.CallExpression): boolean =>
  event?.type === "StringLiteral" && /^(?:data|end)$/.test(event.value);

const DOCUMENTS =
  /^(?:find(?:One|ById)?(?:And(?:Update|Delete|Remove|Replace))?|(?:insert|update|delete|replace)(?:One|Many)|toArray|save)$/;

/** `users.findOne({ name }, (err, user) => ...)`, and `User.findOne({ name }).exec((err, user) => ...)`. */
const isOfDocuments = ([name = "", ...others]: readonly string[]): boolean =>
  DOCUMENTS.test(name) || (name === "exec" && others.some((one) => DOCUMENTS.test(one)));

const ASKS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:fs\.)?(?:readFile|writeFile|appendFile|unlink|readdir|mkdir|rmdir|rm|stat|lstat|access|copyFile|rename|realpath)$/,
    "the file system",
  ],
  [/^(?:(?:child_process|cp)\.)?exec(?:File)?$/, "the command"],
  [/^(?:bcrypt|bcryptjs)\.(?:hash|compare|genSalt)$/, "the hash"],
  [/^request(?:\.(?:get|post|put|patch|delete|head))?$/, "the other server"],
];
