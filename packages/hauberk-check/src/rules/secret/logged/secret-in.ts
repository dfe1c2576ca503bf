import type { Module } from "../../../model/module.ts";
import type { Value } from "../../../model/values.ts";
import {
  ancestors,
  boundNames,
  hasParameter,
  isFunction,
  parentOf,
  walk,
  type FunctionNode,
  type t,
} from "../../../parse/ast.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { madeAt } from "../../kit/made-at.ts";
import {
  callArguments,
  calleeName,
  dotted,
  handlerAround,
  sourceText,
  type HandlerNames,
} from "../../kit/nodes.ts";
import { rawRequestData } from "../../kit/request-data.ts";
import { isSecretSetting as isServerSecret } from "../../kit/secret-settings.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { isWholeAccount } from "../../kit/whole-accounts.ts";
import { looksRandom } from "../../known-secrets.ts";
import type { NodeContext } from "../../rule.ts";
import { isParameter } from "./shown.ts";
import { wholeWithSecrets } from "./whole.ts";

const SECRET =
  /\.(?:body|query|params)\.(?:\w{0,40}password\w{0,40}|passwd|pwd|secret|otp|pin|cvv|card(?:Number)?)$|\.headers\.(?:authorization|cookie|x-(?:access|auth)-token|x-api-key)$|^(?:req|request)\.cookies(?:\.(?!csrf|xsrf)\w{0,40}(?:token|session|jwt|sid))?$|^process\.env\.\w{0,40}(?:SECRET|PASSWORD|PRIVATE_KEY|API_KEY|TOKEN)\w{0,40}$/i;

/** `config.get("jwt.secret")`, `settings.session.secret`. */
function isSecretSetting(name: string): boolean {
  const holder = SETTINGS.exec(name);
  return holder !== null && SECRET_SETTING.test(name.slice(holder.index + holder[0].length));
}
const SETTINGS = /(?:^|\.)(?:config|configuration|settings|conf|cfg|options|env|keys|secrets)\./i;
const SECRET_SETTING =
  /secrets\.\w{1,60}$|(?:secret|password|passwd|private_?key|api_?key|(?:mongo|database|db)_?ur[il])$/i;
/** A variable of a handler, or what passport hands to the function that checks a sign-in. */
const VARIABLE =
  /^(?:(?:plain|raw|clear|temp|new|old|user)_?)?(?:password|passwd)$|^otp$|^(?:access|refresh|reset)_?token$/i;
const LITERAL =
  /(?:token|secret|password|(?:api|stripe|payment|aws|openai|sendgrid|twilio|github|encryption|signing|private|access|auth|jwt)_?key)$/i;

/** What of a value that is logged is a secret, by the name a reader of the source knows it by. */
export function secretIn(node: t.Node, context: NodeContext): string | undefined {
  const handler = handlerAround(node);
  const header = handler === undefined ? undefined : credentialsIn(node, handler, context.module);
  if (header !== undefined) return header;
  const name = originOf(node, handler);
  const whole = wholeWithSecrets(node, name, handler, context);
  if (whole !== undefined) return whole;
  if (SECRET.test(name)) return handler !== undefined || name.startsWith("process.env") ? name : undefined;
  if (isSecretSetting(name) || isServerSecret(node, name, context)) return name;
  if (handler !== undefined && isAccountShown(node, handler, context))
    return `${name}, an account with its password,`;
  if (PERSONAL.test(name) && handler !== undefined && !NOT_KEPT.test(context.module.path)) return name;
  if (handler !== undefined && isCodeOfOAuth(name, handler, context)) return name;
  if (node.type !== "Identifier") return undefined;
  if (TOKEN.test(name) && isRecordOfToken(node)) return name;
  if (SHORT.test(node.name) && isParameter(node) && isHandedOver(node, context)) return node.name;
  if (TOKEN.test(name) && handler !== undefined && isSigned(node, handler.fn, context)) return name;
  if (PASSWORD.test(name) && isParameter(node) && !NOT_KEPT.test(context.module.path)) return name;
  if (VARIABLE.test(name) && (isOfSignIn(node) || (handler !== undefined && isOwn(node, handler.fn))))
    return name;
  return LITERAL.test(name) && isLiteralSecret(context.value(node)) ? `the literal ${name}` : undefined;
}

/** What was found without a `select` and made without a hash is printed whole. */
const isAccountShown = (node: t.Node, handler: HandlerNames, context: NodeContext): boolean =>
  node.type === "Identifier" && isWholeAccount(node, handler, context);

/** `function authenticate(email, password)`: what the function is given is the password itself, or the key of an API. */
const PASSWORD =
  /^(?:(?:plain|raw|clear|new|old)_?)?(?:password|passwd)$|^(?:api_?key|api_?secret|client_?secret|secret_?key|private_?key)$/i;
/** Also a way through something, and a run of it: what a call hands over says which. */
const SHORT = /^(?:pass|pwd|pw)$/i;
/** What is on a card or in a passport, read from a record. */
const PERSONAL =
  /\.(?:credit_?card(?:_?num(?:ber)?)?|card_?num(?:ber)?|cvv|cvc|ssn|social_?security(?:_?num(?:ber)?)?|passport_?num(?:ber)?|iban)$/i;

const isHandedOver = (node: t.Identifier, context: NodeContext): boolean =>
  dataAround(node, context)?.given?.has(node.name) === true;

/** `const code = req.query.code` where it is changed for a token: whoever is faster has the token. */
const isCodeOfOAuth = (name: string, { fn }: HandlerNames, { module }: NodeContext): boolean =>
  /^(?:req|request)\.query\.code$/.test(name) &&
  /\bgetToken\(|authorization_?code|redirect_?uri/i.test(sourceText(module, fn));

/** `new AccessToken.findOne({ token }, (err, token) => ...)`: the record of a token has the token in it. */
const isRecordOfToken = (node: t.Identifier): boolean => {
  const fn = ancestors(node).filter(isFunction).at(-1);
  const made = fn === undefined ? undefined : madeAt(node, fn);
  return /^(?:\w+\.)?\w*Token\.find(?:One|ById|ByPk)$/.test(
    made === undefined ? "" : (calleeName(made) ?? ""),
  );
};
const TOKEN = /^(?!csrf|xsrf)(?:\w*token|jwt)$/i;

/** `const token = jwt.sign(...)`, `const token = createToken(user)`, `const token = randomBytes(20).toString("hex")`. */
function isSigned(node: t.Identifier, fn: FunctionNode, { module }: NodeContext): boolean {
  let isMade = false;
  walk(fn.body, (one) => {
    if (one.type === "VariableDeclarator" && one.init && boundNames(one.id).includes(node.name))
      isMade ||= isMadeToken(node.name, sourceText(module, one.init));
  });
  return isMade;
}

/** A page of a list is named by a token in base64 as well: `nextToken`. */
const isMadeToken = (name: string, made: string): boolean =>
  MADE.some((one) => one.test(made)) ||
  (/^(?:(?:access|auth|session|login|reset)_?)?token$/i.test(name) && isEncoded(made));

/** `Buffer.from(`${user.id}:${Date.now()}`).toString("base64")`: what such an app takes for a token. */
const isEncoded = (made: string): boolean =>
  made.startsWith("Buffer.from(") && /\.toString\(["'`](?:base64|hex)/.test(made);

const MADE: readonly RegExp[] = [
  /(?:^|\.)sign\s?\(|\b(?:create|generate|issue|sign)\w*\s?\(/i,
  /\b(?:Math\.random|random|randomBytes|randomUUID|randomInt|uuid|uuidv4|nanoid)\(/,
];

/** `new LocalStrategy(options, (username, password, done) => ...)` */
function isOfSignIn(node: t.Identifier): boolean {
  for (const up of ancestors(node)) {
    if (!isFunction(up) || !hasParameter(up, node.name)) continue;
    const call = parentOf(up);
    return call?.type === "NewExpression" && (calleeName(call) ?? "").endsWith("Strategy");
  }
  return false;
}

/** Declared in the handler: a parameter or variable with a value, rather than something imported. */
function isOwn(node: t.Identifier, fn: FunctionNode): boolean {
  let isDeclared = false;
  walk(fn.body, (one) => {
    if (one.type === "VariableDeclarator" && one.init && boundNames(one.id).includes(node.name))
      isDeclared = !/^(?:StringLiteral|BooleanLiteral|NullLiteral)$/.test(one.init.type);
  });
  return isDeclared;
}

const isLiteralSecret = (value: Value): boolean =>
  value.k === "prim" && typeof value.v === "string" && looksRandom(value.v);

/** `req.header("Authorization")`, `req.get("cookie")`, `req.headers["authorization"]`. */
const CREDENTIALS =
  /^(?:req|request)\.(?:(?:get|header)\(["'](authorization|cookie|x-(?:access|auth)-token|x-api-key)["']\)|headers\[["'](authorization|cookie|x-(?:access|auth)-token|x-api-key)["']\])$/i;

/** The header itself, and a variable of the handler that holds it as it came. */
function credentialsIn(node: t.Node, { fn }: HandlerNames, module: Module): string | undefined {
  const [, called, taken] = CREDENTIALS.exec(sourceText(module, heldBy(node, fn))) ?? [];
  const header = called ?? taken;
  return header === undefined ? undefined : `req.headers.${header.toLowerCase()}`;
}

const heldBy = (node: t.Node, fn: FunctionNode): t.Node =>
  (node.type === "Identifier" ? declaredIn(fn).get(node.name) : undefined) ?? node;

/** `password` of `const { password } = req.body` is `req.body.password`. */
function originOf(node: t.Node, handler: HandlerNames | undefined): string {
  const [setting] = callArguments(node);
  const name =
    setting?.type === "StringLiteral"
      ? `${calleeName(node) ?? ""}.${setting.value}`.replace(".get.", ".")
      : (dotted(node) ?? "");
  if (node.type !== "Identifier" || handler === undefined) return name;
  const part = rawRequestData(node, handler);
  return part === undefined ? name : (fieldNamed(node, handler) ?? `req.${part}.${name}`);
}

/** `const word = req.body.password`: it keeps its name. */
function fieldNamed({ name }: t.Identifier, { fn, req }: HandlerNames): string | undefined {
  const given = declaredIn(fn).get(name);
  const field =
    given === undefined ? undefined : dotted(given.type === "LogicalExpression" ? given.left : given);
  return field?.startsWith(`${req}.`) === true ? field : undefined;
}
