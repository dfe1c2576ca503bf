import { alternatives } from "../../model/alternatives.ts";
import { ancestors, hasParameter, isFunction, type t } from "../../parse/ast.ts";
import { asksAll, isQuery } from "./account-queries.ts";
import { isWholeOfCollection } from "./account-collections.ts";
import { declaredIn } from "./declarations.ts";
import { madeAt } from "./made-at.ts";
import { keyName, rootIdentifier, sourceText, type HandlerNames } from "./nodes.ts";
import { hasPassword, isFromModel, isNewOfModel, PASSWORD } from "./account-records.ts";
import { bringsAccounts } from "./populated-accounts.ts";
import { returnedValues } from "./returned-values.ts";
import { escapeForPattern } from "./patterns.ts";
import type { NodeContext } from "../rule.ts";

/** Whether a name holds an account as it was found or made, with its password, and nothing is taken out of it. */
export function isWholeAccount(
  node: t.Node,
  handler: HandlerNames,
  context: NodeContext,
  hops: number = MAX_HOPS,
): boolean {
  if (node.type === "AwaitExpression") return isWholeAccount(node.argument, handler, context, hops);
  if (node.type === "CallExpression") {
    const text = sourceText(context.module, handler.fn);
    return !TAKES_OUT.test(text) && isAccount(node, { name: "", text, handler, context, hops });
  }
  const root = rootIdentifier(node);
  if (root === undefined || root.name === handler.req) return false;
  const text = sourceText(context.module, handler.fn);
  if (TAKES_OUT.test(text) || isStripped(root.name, text)) return false;
  const made = madeAt(root, handler.fn);
  if (made === undefined) return node === root && !isOfFunction(root) && listsAccounts(node, context);
  if (isMissingThere(root)) return false;
  // `const user = result;`, and not `const a = b, b = a`.
  if (made.type === "Identifier")
    return (
      node === root && (made.start ?? 0) < (node.start ?? 0) && isWholeAccount(made, handler, context, hops)
    );
  if (node !== root && !isFirstOf(node, made)) return false;
  return isAccount(made, { name: root.name, text, handler, context, hops });
}

/** `controller -> service -> repository`. */
const MAX_HOPS = 2;

/** `if (!user) return res.json({ user })`: nobody was found. */
function isMissingThere(name: t.Identifier): boolean {
  let inner: t.Node = name;
  for (const up of ancestors(name)) {
    if (isFunction(up)) return false;
    if (up.type === "IfStatement" && up.consequent === inner && isNegated(up.test, name.name)) return true;
    inner = up;
  }
  return false;
}

const isNegated = (test: t.Node, name: string): boolean =>
  test.type === "UnaryExpression" &&
  test.operator === "!" &&
  test.argument.type === "Identifier" &&
  test.argument.name === name;

/** Names of what makes an account fit to be shown. */
const TAKES_OUT =
  /\b(?:omit|pick|sanit\w{1,20}|toSafe\w{0,20}|exclude\w{0,20}|serializ\w{1,20}|without\w{1,20}|toJSON|toObject|toPublic\w{0,20}|public\w{0,20})\(/i;

const isStripped = (name: string, text: string): boolean =>
  // `users.forEach((user) => delete user.password)`
  /\bdelete \w{1,40}\.\w{0,10}pass|\.\w{0,10}pass\w{0,10}\s?=\s?(?:undefined|null|["'`])/i.test(text) ||
  new RegExp(
    String.raw`\bdelete ${escapeForPattern(name)}\b|\b${escapeForPattern(name)}\.\w{0,10}[pP]ass\w{0,10}\s?=[^=]|\}\s?=\s?${escapeForPattern(name)}\b`,
  ).test(text);

/** `rows[0]`, `result.rows[0]`, and `user._doc`. */
const isFirstOf = (node: t.Node, made: t.Node): boolean =>
  node.type === "MemberExpression" &&
  (node.computed
    ? node.property.type === "NumericLiteral" && isQuery(made)
    : /^(?:_doc|dataValues)$/.test(keyName(node.property)) ||
      (keyName(node.property) === "rows" && isQuery(made)));

/** What an account is asked about: what it is called, in which function. */
interface Asked {
  readonly name: string;
  readonly text: string;
  readonly handler: HandlerNames;
  readonly context: NodeContext;
  readonly hops: number;
}

function isAccount(made: t.Node, asked: Asked): boolean {
  const { name, text, handler, context } = asked;
  if (made.type === "ObjectExpression") return hasPassword(made) && isStored(name, text);
  if (made.type === "MemberExpression") {
    const list = made.computed ? rootIdentifier(made) : undefined;
    const rows = list === undefined ? undefined : madeAt(list, handler.fn);
    return rows !== undefined && isQuery(rows) && asksAll(rows, name, text, handler, context);
  }
  if (made.type === "NewExpression") return isNewOfModel(made, context) && isStored(name, text);
  if (made.type !== "CallExpression") return false;
  if (isQuery(made) && asksAll(made, name, text, handler, context)) return true;
  return (
    isFromModel(made, name, text, context) ||
    isWholeOfCollection(made, context.program) ||
    bringsAccounts(made, context.program) ||
    isFromList(made, context) ||
    isGivenBack(made, asked)
  );
}

/** `const user = await users.findByMail(mail)`, by what that function of the project gives back. */
function isGivenBack(made: t.CallExpression, { context, hops }: Asked): boolean {
  if (hops === 0) return false;
  return alternatives(context.value(made.callee)).some((one) => {
    if (one.k !== "fn" || one.node.generator === true) return false;
    const within: NodeContext = {
      ...context,
      module: one.module,
      value: (node) => context.program.valueAt(one.module, node),
    };
    const inner = { fn: one.node, req: "", res: "" };
    return returnedValues(one.node)
      .flatMap(fieldsIn)
      .some((value) => isWholeAccount(value, inner, within, hops - 1));
  });
}

/** `user` and `token` of `return { user, token }`. */
const fieldsIn = (value: t.Node): readonly t.Node[] =>
  value.type === "ObjectExpression"
    ? value.properties.flatMap((one) => (one.type === "ObjectProperty" ? [one.value] : []))
    : [value];

/** It is put where accounts are kept, and not only an answer under another name. */
const isStored = (name: string, text: string): boolean =>
  new RegExp(
    String.raw`\.(?:push|insert|insertOne|create|set|add)\([^()]{0,80}\b${escapeForPattern(name)}\)|\b${escapeForPattern(name)}\.save\(`,
  ).test(text);

/** `users.find((one) => one.name === name)` and `users.filter(isOpen)` of a list whose accounts have passwords. */
const isFromList = ({ callee }: t.CallExpression, context: NodeContext): boolean =>
  callee.type === "MemberExpression" &&
  /^(?:find|filter|slice)$/.test(keyName(callee.property)) &&
  listsAccounts(callee.object, context);

const listsAccounts = (list: t.Node, { value }: NodeContext): boolean =>
  alternatives(value(list)).some(
    (known) =>
      known.k === "arr" &&
      known.items.some(
        (one) =>
          one.k === "obj" &&
          [...one.props].some(
            ([key, of]) => PASSWORD.test(key) && of.k === "prim" && typeof of.v === "string" && of.v !== "",
          ),
      ),
  );

/** Declared in a function around it, or given to one: nothing that the module keeps. */
const isOfFunction = (name: t.Identifier): boolean =>
  ancestors(name).some(
    (up) => isFunction(up) && (declaredIn(up).has(name.name) || hasParameter(up, name.name)),
  );
