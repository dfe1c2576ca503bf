import { isKnown } from "../../../model/values.ts";
import type { Program } from "../../../model/program.ts";
import { remembered } from "../../../remembered.ts";
import { ancestors, parentOf, type Node, type t } from "../../../parse/ast.ts";
import { calleeName, handlerAround, keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import { option, optionsOf } from "../../kit/options.ts";
import {
  ALL_EXPRESS,
  defineRule,
  type Context,
  type NodeContext,
  type PackageCall,
  type Rule,
} from "../../rule.ts";

/** They are passport-oauth2, which keeps no state unless `state` or `store` says so. */
const STRATEGIES: readonly string[] = [
  "passport-oauth2",
  "passport-google-oauth20",
  "passport-github",
  "passport-github2",
  "passport-gitlab2",
  "passport-facebook",
  "passport-discord",
  "passport-spotify",
  "passport-microsoft",
  "passport-linkedin-oauth2",
  "passport-slack-oauth2",
];

export const rule: Rule = defineRule({
  id: "auth/oauth-state",
  title: "A sign-in at another service can be forged",
  severity: "medium",
  confidence: "high",
  cwe: [352],
  asvs: ["10.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Who sends a victim to the callback with a code of their own signs them in to the attacker's account, or ties the attacker's account at that service to theirs.",
  fix: "Passport: `state: true` (with a session). Otherwise send a random `state` that the session keeps and compare it in the callback, or use PKCE with the verifier in the session.",
  doc: "RFC 9700 section 2.1 asks clients for `state`, PKCE or the `nonce` of OpenID Connect; RFC 6749 section 10.12 says what happens without.",
  call: {
    names: [
      ...STRATEGIES.flatMap((name) => [name, `${name}.Strategy`]),
      "passport-oauth2.OAuth2Strategy",
      "passport-google-oauth.OAuth2Strategy",
    ],
    run: checkStrategy,
  },
  callees: [/\.redirect$/, /\.\w{0,20}auth\w{0,10}url$/i],
  visit: {
    CallExpression: checkCall,
    ObjectProperty: checkProperty,
  },
});

/** `passport.authenticate("github", { state })`, and what is compared in a route by hand. */
const isKeptByHand = remembered(
  (program: Program): boolean =>
    program.mention(/\bquery\.state\b/) !== undefined ||
    program.modules.some(({ text }) =>
      text
        .split("authenticate(")
        .slice(1)
        .some((after) => /\bstate\b/.test(after.slice(0, 200))),
    ),
);

function checkStrategy(call: PackageCall, { program, report }: Context): void {
  if (optionsOf(call).k !== "obj") return;
  const isWithout = ["state", "store", "pkce"].every((name) => isKnown(option(call, name), undefined));
  if (!isWithout || isKeptByHand(program)) return;
  report({
    at: call.site,
    message: `${call.name.split(".")[0] ?? ""} keeps no state: \`state\` is not given.`,
  });
}

const BUILDERS = /\.(?:authorizeURL|authorizationUrl|generateAuthUrl|buildAuthorizationUrl)$/;
const LIBRARY = /simple-oauth2|openid-client|google-auth-library|googleapis/;
const BOUND = /^(?:state|nonce|code_challenge|codeChallenge)$/;
/** The handler speaks of it, under whatever name. */
const SPOKEN = /state\b|nonce|challenge|verifier|pkce/i;

function checkCall(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression") return;
  const name = calleeName(node) ?? "";
  if (name.endsWith(".redirect") && mentions(context.module, SENT)) checkRedirect(node, context);
  if (!BUILDERS.test(name) || !mentions(context.module, LIBRARY)) return;
  const given = node.arguments.find((one) => one.type === "ObjectExpression");
  const handler = handlerAround(node);
  if (given === undefined || handler === undefined) return;
  judge(given, node, handler, context);
}

/** `new URLSearchParams({ response_type: "code", client_id, ... })`. */
function checkProperty(node: Node, context: NodeContext): void {
  if (node.type !== "ObjectProperty" || keyName(node.key) !== "response_type") return;
  if (node.value.type !== "StringLiteral" || node.value.value !== "code") return;
  const holder = parentOf(node);
  const handler = handlerAround(node);
  if (holder?.type !== "ObjectExpression" || handler === undefined || !sendsAway(handler, context)) return;
  if (ancestors(node).some((one) => one.type === "CallExpression" && BUILDERS.test(calleeName(one) ?? "")))
    return;
  judge(holder, node, handler, context);
}

function judge(given: t.ObjectExpression, at: Node, handler: HandlerNames, context: NodeContext): void {
  const { module, report } = context;
  const fields = given.properties.filter((one) => one.type === "ObjectProperty");
  const state = fields.find((one) => BOUND.test(keyName(one.key)));
  if (state === undefined) {
    const isWhole = fields.length === given.properties.length && fields.every((one) => !one.computed);
    if (isWhole && !SPOKEN.test(sourceText(module, handler.fn)))
      report({ at: { module, node: at }, message: "The visitor is sent there without `state` or PKCE." });
  } else if (state.value.type === "StringLiteral" && keyName(state.key) === "state")
    report({ at: { module, node: state }, message: "`state` is the same for everybody." });
}

const SENT = /response_type=code/;

/** `res.redirect("https://.../authorize?response_type=code&client_id=" + ID)`. */
function checkRedirect(node: t.CallExpression, context: NodeContext): void {
  const { module, report } = context;
  const handler = handlerAround(node);
  const target = node.arguments.at(-1);
  if (handler === undefined || target === undefined || calleeName(node) !== `${handler.res}.redirect`) return;
  const text = sourceText(module, handler.fn);
  if (!SENT.test(text) || SPOKEN.test(text)) return;
  if (target.type === "Identifier" || SENT.test(sourceText(module, target)))
    report({ at: { module, node }, message: "The visitor is sent there without `state` or PKCE." });
}

const sendsAway = ({ fn, res }: HandlerNames, { module }: NodeContext): boolean =>
  res !== "" && sourceText(module, fn).includes(`${res}.redirect(`);
