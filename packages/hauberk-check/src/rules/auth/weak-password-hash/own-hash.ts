import {
  ancestors,
  enclosingFunction,
  isFunction,
  parentOf,
  walk,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { callArguments, calleeName, keyName } from "../../kit/nodes.ts";
import { isPassword, isStoredPassword } from "../../kit/password-words.ts";
import type { NodeContext, Problem } from "../../rule.ts";
import { handedIn } from "./handed-in.ts";

/** What is kept in the place of a hash and is none: base64 of the password, or a sum of its letters. */
export function noHash(node: t.CallExpression, context: NodeContext): Omit<Problem, "at"> | undefined {
  const coded = codedBy(node);
  if (coded !== undefined) {
    if (isPassword(coded)) return isKept(node) ? { message: BASE64 } : undefined;
    const by = handedIn(coded, context);
    if (by === undefined || !by.calls.some((call) => isKept(call.node))) return undefined;
    return {
      message: BASE64,
      related: by.calls.map((at) => ({ at, message: "A password is handed over here." })),
    };
  }
  const text = lettersOf(node);
  const by = text === undefined ? undefined : handedIn(text, context);
  if (by === undefined || firstLetters(by.fn) !== node || !mixes(by.fn)) return undefined;
  return {
    message:
      "A sum of the letters of a password is no hash: it takes no time to try again, or is read backwards.",
    related: by.calls.map((at) => ({ at, message: "A password is handed over here." })),
  };
}

const BASE64 = "Base64 of a password is no hash: anybody reads it.";

/** `Buffer.from(text).toString("base64")`, `btoa(text)`. */
function codedBy(node: t.CallExpression): t.Node | undefined {
  const [given] = node.arguments;
  const name = calleeName(node);
  if (name === "btoa") return given;
  const { callee } = node;
  if (callee.type !== "MemberExpression" || keyName(callee.property) !== "toString") return undefined;
  if (given?.type !== "StringLiteral" || !/^(?:base64(?:url)?|hex)$/.test(given.value)) return undefined;
  return calleeName(callee.object) === "Buffer.from" ? callArguments(callee.object)[0] : undefined;
}

/** Compared with what is stored, or put under `password` into a record. */
function isKept(node: t.Node, depth = 0): boolean {
  const up = parentOf(node);
  if (up?.type === "BinaryExpression" && /^[!=]==?$/.test(up.operator))
    return isStoredPassword(up.left === node ? up.right : up.left);
  if (up?.type === "ObjectProperty" && up.value === node)
    return PASSWORD_KEY.test(keyName(up.key)) && isStored(up);
  if (up?.type === "CallExpression" || up?.type === "ArrayExpression") return isStored(node);
  if (up?.type !== "VariableDeclarator" || up.id.type !== "Identifier" || depth > 0) return false;
  const { name } = up.id;
  const fn = enclosingFunction(up);
  let isIt = false;
  if (fn !== undefined)
    walk(fn.body, (one) => {
      isIt ||= one.type === "Identifier" && one.name === name && one !== up.id && isKept(one, depth + 1);
      return !isIt;
    });
  return isIt;
}

const PASSWORD_KEY = /^(?:password|passwd|pwd|pass)(?:_?hash)?$/i;

/** `users.push({ password })`, `db.prepare("INSERT ...").run(name, password)`, `new User({ password })`. */
function isStored(node: t.Node): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up)) return false;
    if (up.type === "NewExpression") return /(?:^|\.)[A-Z]\w*$/.test(calleeName(up) ?? "");
    if (up.type === "CallExpression")
      return up.callee.type === "MemberExpression" && STORES.test(keyName(up.callee.property));
  }
  return false;
}

const STORES = /^(?:create|insert(?:One|Many)?|update(?:One|Many)?|push|save|run|query|execute|findOne|get)$/;

/** `text` of `text.charCodeAt(i)`. */
const lettersOf = ({ callee }: t.CallExpression): t.Node | undefined =>
  callee.type === "MemberExpression" && /^(?:charCodeAt|codePointAt)$/.test(keyName(callee.property))
    ? callee.object
    : undefined;

const firstLetters = remembered((fn: t.Node): Node | undefined => {
  let first: Node | undefined;
  walk(fn, (one) => {
    if (first === undefined && one.type === "CallExpression" && lettersOf(one) !== undefined) first = one;
    return first === undefined;
  });
  return first;
});

/** `out += String.fromCharCode(code ^ 42)`, `sum = (sum << 5) - sum + code`; two texts compared bit by bit are another matter. */
function mixes(fn: t.Node): boolean {
  let isIt = false;
  let isCompared = false;
  walk(fn, (one) => {
    if (one.type === "AssignmentExpression") {
      isIt ||= one.operator === "^=";
      isCompared ||= one.operator === "|=";
    }
    if (one.type === "BinaryExpression") isIt ||= one.operator === "^" || one.operator === "<<";
  });
  return isIt && !isCompared;
}
