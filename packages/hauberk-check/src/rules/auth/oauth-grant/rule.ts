import type { Fn } from "../../../model/values.ts";
import { parentOf, walk, type FunctionNode, type Node, type t } from "../../../parse/ast.ts";
import { callArguments, calleeName } from "../../kit/nodes.ts";
import { lastName } from "../../kit/function-names.ts";
import { mentions } from "../../kit/mentions.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/oauth-grant",
  title: "The authorization server gives codes away",
  severity: "high",
  confidence: "high",
  cwe: [601, 863],
  asvs: ["10.4.1", "10.4.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A code that is sent to whatever address the request names, or that is taken twice or from another client, gives the account to whoever gets hold of it.",
  fix: "Compare the redirect URI with those registered for the client, as whole texts; on exchange delete the code and refuse one of another client.",
  doc: "For oauth2orize. RFC 9700 sections 2.1 and 4.1.3 (exact redirect URIs), RFC 6749 sections 4.1.2 and 10.5 (codes are used once and by their client).",
  callees: [/\.authorization$/, /\bexchange\.(?:code|authorizationCode)$/],
  visit: { CallExpression: check },
});

function check(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression") return;
  const name = calleeName(node) ?? "";
  if (name.endsWith(".authorization")) checkAuthorization(node, context);
  else if (/\bexchange\.(?:code|authorizationCode)$/.test(name)) checkExchange(node, context);
}

/** What the call is given to run, where it is one of oauth2orize's. */
function grantGiven(node: t.CallExpression, context: NodeContext): Fn | undefined {
  if (!mentions(context.module, /\boauth2orize\b/)) return undefined;
  return node.arguments.map((one) => context.value(one)).find((value) => value.k === "fn");
}

const named = (node: t.Node | undefined): string => (node?.type === "Identifier" ? node.name : "");

/** `(clientId, redirectUri, done) => Client.findOne(..., (error, client) => done(null, client, redirectUri))`. */
function checkAuthorization(node: t.CallExpression, context: NodeContext): void {
  const given = grantGiven(node, context);
  if (given === undefined || given.node.params.length < 3) return;
  const redirect = named(given.node.params[1]);
  const done = named(given.node.params.at(-1));
  if (redirect === "" || done === "") return;
  const answers: t.Node[] = [];
  let isLookedAt = false;
  walk(given.node.body, (one) => {
    if (one.type !== "Identifier" || one.name !== redirect) return;
    const call = outermostCall(one);
    if (call !== undefined && calleeName(call) === done && callArguments(call)[2] === one) answers.push(call);
    else isLookedAt ||= call === undefined || !/^(?:console|log|logger|debug)\b/.test(calleeName(call) ?? "");
  });
  const [first] = answers;
  if (first !== undefined && !isLookedAt)
    context.report({
      at: { module: given.module, node: first },
      message: "The redirect URI of the request is taken as it comes, for whatever client.",
    });
}

/** The call that a name is handed to, put into a text or not. */
function outermostCall(node: Node): Node | undefined {
  let up = parentOf(node);
  while (up?.type === "BinaryExpression" && up.operator === "+") up = parentOf(up);
  if (up?.type === "TemplateLiteral") up = parentOf(up);
  return up?.type === "CallExpression" && up.callee !== node ? up : undefined;
}

/** What takes a code back, whatever it is called. */
const TAKES_BACK =
  /remov|delet|destroy|del$|used?$|revoke|consum|invalid|expire|update|redeem|spend|splice|^pop$|take|^set|mark|once|clear|discard|burn|save/i;
/** What only looks, answers or makes the token. */
const KNOWN =
  /^(?:find\w*|get|where|exec|lean|then|catch|log|debug|info|error|warn|floor|random|toString|randomBytes|uid|randomUUID|now|getTime|sign|create|insert\w*|stringify|String|Number|Date|TokenError|AuthorizationError|Error|json)$/;

function checkExchange(node: t.CallExpression, context: NodeContext): void {
  const given = grantGiven(node, context);
  if (given === undefined || given.node.params.length < 4) return;
  const [client, code, redirect] = given.node.params.slice(0, 3).map(named);
  const done = named(given.node.params.at(-1));
  const record = recordOf(given.node, code ?? "");
  if (!client || !code || !redirect || done === "" || record === undefined) return;
  let mayTakeBack = false;
  const uses = new Map<string, number>();
  walk(given.node.body, (one) => {
    if (one.type === "Identifier") uses.set(one.name, (uses.get(one.name) ?? 0) + 1);
    if (one.type !== "CallExpression" && one.type !== "NewExpression") return;
    const last = lastName(one.callee) ?? "";
    // `new AccessToken({...}).save()` keeps the token, and not the code.
    if (last === "save" && isOfNew(one.callee)) return;
    mayTakeBack ||=
      TAKES_BACK.test(last) || (last !== done && !KNOWN.test(last) && one.type === "CallExpression");
  });
  if (mayTakeBack) return;
  const at = { module: given.module, node: record };
  context.report({ at, message: "The code is not deleted: it can be exchanged again and again." });
  if (!uses.has(client) && !uses.has(redirect))
    context.report({
      at: { module: given.module, node: given.node.params[0] ?? given.node },
      message: "Neither the client nor the redirect URI is compared with those the code was given to.",
    });
}

const isOfNew = (callee: t.Node): boolean =>
  callee.type === "MemberExpression" && callee.object.type === "NewExpression";

/** The call that looks the code up: `Code.findOne({ code }, ...)`. */
function recordOf(fn: FunctionNode, code: string): t.Node | undefined {
  let found: t.Node | undefined;
  walk(fn.body, (one) => {
    if (
      found !== undefined ||
      one.type !== "CallExpression" ||
      !/^(?:find|get)/.test(lastName(one.callee) ?? "")
    )
      return;
    const isOfCode = one.arguments.some((argument) => {
      let holds = false;
      if (argument.type === "ObjectExpression" || argument.type === "Identifier")
        walk(argument, (part) => {
          if (part.type === "Identifier" && part.name === code) holds = true;
        });
      return holds;
    });
    if (isOfCode) found = one;
  });
  return found;
}
