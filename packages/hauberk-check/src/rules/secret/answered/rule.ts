import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { Node, t } from "../../../parse/ast.ts";
import {
  callArguments,
  calleeName,
  dotted,
  handlerAround,
  keyName,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { objectNamed } from "../../kit/objects.ts";
import { isPassword, isStoredPassword } from "../../kit/password-words.ts";
import { requestData } from "../../kit/request-data.ts";
import { passwordShown } from "./pages.ts";
import { mailedTokenIn } from "./reset-tokens.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { PASSWORD } from "../../kit/account-records.ts";
import { isWholeAccount } from "../../kit/whole-accounts.ts";
import { isSecretSetting } from "../../kit/secret-settings.ts";

export const rule: Rule = defineRule({
  id: "secret/answered",
  title: "An answer contains a password or a secret",
  severity: "high",
  confidence: "medium",
  cwe: [201, 522],
  asvs: ["14.2.6"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "It lies in the browser, in caches and in logs on the way; a hash is tried against lists at home, a key signs whatever its reader wants.",
  fix: "Name the fields that are meant: `res.json({ id: user.id, name: user.name })`.",
  callees: [/\.(?:json|send|jsonp|render|sign)$/i],
  visit: { CallExpression: check },
});

function check(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const [sent] = node.arguments;
  if (sent !== undefined && SIGNS.test(calleeName(node) ?? "")) checkToken(node, sent, context);
  const method = keyName(node.callee.property);
  if (method === "render") checkPage(node, context);
  if (sent === undefined || !/^(?:json|send|jsonp)$/.test(method)) return;
  if (!/^_?(?:res|response)$/.test(leftmostIdentifier(node) ?? "")) return;
  const handler = handlerAround(node);
  if (handler === undefined) return;
  const found = new Set(
    [...partsOf(sent), ...partsOf(sent).flatMap((one) => partsHeld(one, handler))]
      .map((one) => told(one, handler, context))
      .filter((one) => one !== undefined),
  );
  if (found.size > 0)
    context.report({
      at: { module: context.module, node },
      message: `The answer contains ${[...found].slice(0, MAX_NAMED).join("; ")}.`,
    });
}

/** `const stats = { count, key: config.JWT_SECRET }`, which the answer contains. */
function partsHeld(node: t.Node, handler: HandlerNames): readonly t.Node[] {
  const held = node.type === "Identifier" ? objectNamed(node.name, handler) : undefined;
  return held === undefined ? [] : partsOf(held);
}

/** Who reads the finding looks at the answer itself. */
const MAX_NAMED = 3;

/** `res.render("forgot", { link: `/reset?token=${token}` })`. */
function checkPage(node: t.CallExpression, context: NodeContext): void {
  const [, data] = node.arguments;
  const handler = data === undefined ? undefined : handlerAround(node);
  if (data === undefined || handler === undefined) return;
  const shown = passwordShown(node, handler, context);
  if (shown !== undefined)
    context.report({
      at: { module: context.module, node },
      message: `The page shows the password of ${shown}, or what is kept of it.`,
    });
  const found = partsOf(data)
    .map((one) => mailedTokenIn(one, handler, context))
    .find((one) => one !== undefined);
  if (found !== undefined)
    context.report({ at: { module: context.module, node }, message: `The page contains ${found}.` });
}

const SIGNS = /^(?:jwt|jsonwebtoken)\.sign$/i;

/** `jwt.sign({ user }, key)`: a token is signed, and everybody who has it reads it. */
function checkToken(node: t.CallExpression, claims: t.Node, context: NodeContext): void {
  const handler = handlerAround(node);
  if (handler === undefined) return;
  const given = claims.type === "Identifier" ? (objectNamed(claims.name, handler) ?? claims) : claims;
  if (partsOf(given).some((one) => isWholeAccount(one, handler, context)))
    context.report({
      at: { module: context.module, node },
      message: `The token contains ${WHOLE}: its signature hides nothing.`,
      fix: "Sign what names the user, and no more: `jwt.sign({ id: user.id }, key)`.",
    });
}

/** What an answer is made of: itself, its fields, and what is spread into it. */
function partsOf(node: t.Node): readonly t.Node[] {
  switch (node.type) {
    case "ObjectExpression":
      return node.properties.flatMap((one) =>
        one.type === "ObjectProperty"
          ? partsOf(one.value)
          : one.type === "SpreadElement" && !setsPassword(node)
            ? partsOf(one.argument)
            : [],
      );
    case "LogicalExpression":
      return node.operator === "&&" ? partsOf(node.right) : [...partsOf(node.left), ...partsOf(node.right)];
    case "ConditionalExpression":
      return [...partsOf(node.consequent), ...partsOf(node.alternate)];
    case "ArrayExpression":
      return node.elements.flatMap((one) => (one === null ? [] : partsOf(one)));
    case "TemplateLiteral":
      return node.expressions.flatMap(partsOf);
    case "CallExpression":
      return ofCall(node);
    default:
      return [node];
  }
}

/** `{ ...user, password: undefined }`: what is spread has another one. */
const setsPassword = ({ properties }: t.ObjectExpression): boolean =>
  properties.some((one) => one.type === "ObjectProperty" && PASSWORD.test(keyName(one.key)));

/** What `users.map((user) => ({ ... }))` makes of each, and `user.password.slice(0, 3)` is a piece of; any other call is what it is. */
function ofCall(node: t.CallExpression): readonly t.Node[] {
  if (node.callee.type !== "MemberExpression") return [node];
  const method = keyName(node.callee.property);
  if (/^(?:slice|substring|substr|trim|toString)$/.test(method)) return partsOf(node.callee.object);
  if (method !== "map") return [node];
  const [each] = node.arguments;
  if (each?.type !== "ArrowFunctionExpression") return [];
  if (each.body.type !== "BlockStatement") return partsOf(each.body);
  const last = each.body.body.at(-1);
  return last?.type === "ReturnStatement" && last.argument ? partsOf(last.argument) : [];
}

/** `res.send(app.get(req.query.name))`, `res.json(process.env[req.params.name])`: the visitor names what is sent. */
function isSettingNamed(node: t.Node, handler: HandlerNames): boolean {
  const [setting] = callArguments(node);
  const isAsked =
    node.type === "CallExpression" && node.arguments.length === 1 && APP_GET.test(calleeName(node) ?? "");
  const name = isAsked
    ? setting
    : node.type === "MemberExpression" && node.computed && HOLDERS.test(dotted(node.object) ?? "")
      ? node.property
      : undefined;
  return name !== undefined && requestData(name, handler) !== undefined;
}

const APP_GET = /^(?:req\.)?app\.get$/;
const HOLDERS = /^(?:process\.env|(?:req\.)?app\.(?:settings|locals))$/;

function told(node: t.Node, handler: HandlerNames, context: NodeContext): string | undefined {
  if (isSettingNamed(node, handler)) return "whatever setting the visitor names";
  if (node.type === "AwaitExpression" || node.type === "CallExpression")
    return isWholeAccount(node, handler, context) ? WHOLE : undefined;
  if (
    node.type !== "Identifier" &&
    node.type !== "MemberExpression" &&
    node.type !== "OptionalMemberExpression"
  )
    return undefined;
  const name = dotted(node) ?? "";
  if (FOUND.test(name) || (OF_ACCOUNT.test(name) && (isStoredPassword(node) || HASH.test(name))))
    return requestData(node, handler) === undefined ? `${name}, what is kept of a password` : undefined;
  if (isPassword(node) && SENT.has(requestData(node, handler) ?? "")) return "the password that was sent";
  if (isSecretSetting(node, name, context)) return name;
  const mailed = mailedTokenIn(node, handler, context);
  if (mailed !== undefined) return mailed;
  return isWholeAccount(node, handler, context) ? WHOLE : undefined;
}

const SENT: ReadonlySet<string> = new Set(["body", "query"]);
const WHOLE = "a whole account, with what is kept of its password";

const OF_ACCOUNT = /^(?:\w*user|u|account|member|customer|admin|employee|student|person|rows?|results?)\b/i;
const FOUND = /^user_?(?:exists|found|record|row|doc)\.(?:password|passwd|pwd)$/i;
const HASH = /\.(?:password_?hash|hashed_?password)$/i;
