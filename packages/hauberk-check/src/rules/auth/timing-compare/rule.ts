import type { Module } from "../../../model/module.ts";
import { dotted, handlerAround, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { builtAs, containsRequestData } from "../../kit/built-values.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { mentions } from "../../kit/mentions.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { variablesOf } from "../../kit/secrets.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { t } from "../../../parse/ast.ts";

const ENVIRONMENT = /(?:SECRET|TOKEN|KEY|PASSWORD|HASH)/i;
const SECRET = /(?:secret|apiKey|api_key|hmac|signature|digest)$/i;

const HOLDER = /^(?:config|configuration|settings|conf|cfg|secrets)$/i;
const SETTING = /(?:secret|token|api_?key|password)s?$/i;

/** `config.apiToken`, `settings.apiKeys.scanner`. */
function isSecretSetting(name: string): boolean {
  const parts = name.split(".");
  const holder = parts.findIndex((part) => HOLDER.test(part));
  return (
    holder !== -1 &&
    parts
      .slice(holder + 1)
      .slice(-2)
      .some((part) => SETTING.test(part))
  );
}

export const rule: Rule = defineRule({
  id: "auth/timing-compare",
  title: "A secret is compared with ===",
  severity: "low",
  confidence: "medium",
  cwe: [208],
  asvs: ["11.2.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The comparison ends at the first wrong character, and that takes measurably less time than a longer match.",
  fix: "Compare hashes of both with crypto.timingSafeEqual().",
  visit: {
    BinaryExpression(node, context) {
      const { module, report } = context;
      if (
        node.type !== "BinaryExpression" ||
        node.left.type === "PrivateName" ||
        !/^[!=]==?$/.test(node.operator)
      )
        return;
      const { left, right } = node;
      // Who calls a function is looked for only where a secret may be compared in it.
      const handler =
        handlerAround(node) ??
        ([left, right].some((one) => namesSecret(one) || isKept(one)) || mentions(module, SIGNS)
          ? dataAround(node, context)
          : undefined);
      if (handler === undefined) return;
      const fromRequest = (one: t.Node): boolean =>
        containsRequestData(one, handler) !== undefined || isHashOf(one, handler);
      // What a name says is told at once; where a value comes from is not.
      const isSecret = (one: t.Node): boolean =>
        namesSecret(one) || isKept(one) || isSignature(one, module, handler);
      const isSentBeside = (given: t.Node, secret: t.Node): boolean =>
        fromRequest(given) &&
        (isSecret(secret) || isOfEnvironment(given, secret, context)) &&
        !fromRequest(secret);
      if (mayBe(left, right, isSecret) && (isSentBeside(left, right) || isSentBeside(right, left))) {
        report({ at: { module, node }, message: "A value from the request is compared with a secret." });
      } else if (isLiteralCredential(left, right) && fromRequest(left)) {
        report({
          at: { module, node },
          message: "A value from the request is compared with a literal secret.",
        });
      }
    },
  },
});

const KEPT = /(?:SECRET|TOKEN|KEY|PASSWORD|PASSWD|PASS|HASH)$/;

/** `const expected = process.env.HOOK_TOKEN`, `config.adminKey` of another file: the environment's, under another name. */
const isOfEnvironment = (given: t.Node, node: t.Node, { value }: NodeContext): boolean =>
  isCalledSo(given, node) && variablesOf(inProduction(value(node))).some((name) => KEPT.test(name));

/** Where a value comes from is asked for only where one of the two sides is called like a secret. */
const isCalledSo = (given: t.Node, node: t.Node): boolean =>
  (node.type === "Identifier" || node.type === "MemberExpression") &&
  /secret|token|key|pass|pwd|signature|hash|hook|auth/i.test(`${dotted(given) ?? ""} ${dotted(node) ?? ""}`);

const mayBe = (left: t.Node, right: t.Node, isSecret: (one: t.Node) => boolean): boolean =>
  [left, right].some(isSecret) || isCalledSo(left, right) || isCalledSo(right, left);

const SIGNS = /createHmac\s?\(/;

/** `user.resetToken`, `account.passwordHash`. */
const isKept = (node: t.Node): boolean =>
  /\.(?:\w{0,20}(?:reset|verif\w{1,8}|confirm\w{0,8}|remember|invite)_?token|api_?(?:key|token)|password_?hash|hashed_?password)$/i.test(
    dotted(node) ?? "",
  );

/** `hashPassword(req.body.password)` beside the hash that is stored. */
const isHashOf = (node: t.Node, handler: HandlerNames): boolean =>
  node.type === "CallExpression" &&
  /hash|digest|md5|sha\d/i.test(dotted(node.callee) ?? "") &&
  node.arguments.some((one) => containsRequestData(one, handler) !== undefined);

const CREDENTIAL = /(?:token|secret|api[-_]?key|password)$/i;
const MIN_LENGTH = 8;

/** `req.headers["x-admin-token"] === "8c1f-..."`: what stands there is the secret itself. */
const isLiteralCredential = (given: t.Node, other: t.Node): boolean =>
  other.type === "StringLiteral" &&
  other.value.length >= MIN_LENGTH &&
  /\d/.test(other.value) &&
  CREDENTIAL.test(dotted(given) ?? "");

/** `const expected = createHmac("sha256", key).update(body).digest("hex")`, under whatever name. */
function isSignature(node: t.Node, module: Module, handler: HandlerNames): boolean {
  const made = node.type === "Identifier" ? builtAs(node.name, handler) : undefined;
  const text = made === undefined ? "" : sourceText(module, made);
  return /createHmac\s*\(/.test(text) && /\.digest\s*\(/.test(text);
}

/** `process.env.API_KEY`, `config.secret`, and a text that only adds "Bearer " to one. */
function namesSecret(node: t.Node): boolean {
  if (node.type === "TemplateLiteral")
    return (
      node.expressions.length === 1 &&
      /^(?:Bearer|Basic|Token)\s$/i.test(node.quasis[0]?.value.raw ?? "") &&
      node.expressions.some((one) => namesSecret(one) || /token$/i.test(dotted(one) ?? ""))
    );
  const name = dotted(node) ?? "";
  return (
    SECRET.test(name) || isSecretSetting(name) || (name.startsWith("process.env.") && ENVIRONMENT.test(name))
  );
}
