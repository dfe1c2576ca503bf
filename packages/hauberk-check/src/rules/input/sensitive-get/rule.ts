import { requestData } from "../../kit/request-data.ts";
import { piecesOf } from "../../kit/built-values.ts";
import { calleeName, dotted, handlerAround, keyName, type HandlerNames } from "../../kit/nodes.ts";
import { methodsOf } from "../../kit/route-methods.ts";
import { ALL_EXPRESS, defineRule, type Rule, type NodeContext } from "../../rule.ts";
import { isFunction, parentOf, type Node, type t } from "../../../parse/ast.ts";

const SENSITIVE = /\.query\.(?:password|passwd|pwd|pass|secret|api_?key|access_?token|credit_?card|ssn)$/i;

export const rule: Rule = defineRule({
  id: "input/sensitive-get",
  title: "A secret is taken from the address",
  severity: "medium",
  confidence: "high",
  cwe: [598],
  asvs: ["14.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Addresses are kept in logs, histories and Referer headers, and with them the secret.",
  fix: "Send it in the body of a POST or in the Authorization header.",
  needs: /query|\.param\(|fromUrlQuery/i,
  visit: {
    VariableDeclarator(node, context) {
      if (node.type !== "VariableDeclarator" || !node.init) return;
      const destructured =
        node.id.type === "ObjectPattern" &&
        queryPatterns(node.id, node.init).some((pattern) =>
          pattern.properties.some(
            (one) => one.type === "ObjectProperty" && SENSITIVE.test(`.query.${keyName(one.key)}`),
          ),
        );
      const isNamed =
        node.id.type === "Identifier" &&
        /password|passwd/i.test(node.id.name) &&
        fromQuery(node.init, handlerAround(node));
      if (destructured || isNamed || alternativesOf(node.init).some((one) => isSensitive(one, context)))
        complain(node, context);
    },
    ObjectProperty(node, context) {
      if (node.type === "ObjectProperty" && isSensitive(node.value, context)) complain(node, context);
    },
    CallExpression(node, context) {
      if (node.type !== "CallExpression") return;
      if (node.arguments.some((one) => isSensitive(one, context))) complain(node, context);
      // passport-jwt: the token of every request stands in its address.
      else if (/(?:^|\.)ExtractJwt\.fromUrlQueryParameter$/.test(dotted(node.callee) ?? ""))
        context.report({ at: { module: context.module, node }, message: "The token travels in the URL." });
    },
    BinaryExpression(node, context) {
      if (node.type !== "BinaryExpression") return;
      if ([node.left, node.right].some((one) => isSensitive(one, context))) complain(node, context);
    },
    LogicalExpression(node, context) {
      if (node.type !== "LogicalExpression" || parentOf(node)?.type === "LogicalExpression") return;
      const handler = handlerAround(node);
      const names = alternativesOf(node).map((one) => sourceName(one, handler));
      // `req.query.token || req.headers["x-access-token"]`: the token that every request is signed in with.
      if (names.some((one) => CREDENTIAL_HEADER.test(one)) && names.some((one) => TOKEN.test(one)))
        complain(node, context);
    },
    TemplateLiteral(node, context) {
      if (node.type !== "TemplateLiteral") return;
      if (node.expressions.some((one) => isSensitive(one, context))) complain(node, context);
    },
  },
});

/** `req.query.password`, and `req.param("password")` where nothing but a GET comes. */
function isSensitive(node: t.Node, { program }: NodeContext): boolean {
  if (node.type === "Identifier" || node.type === "StringLiteral" || isFunction(node)) return false;
  if (node.type !== "CallExpression") return SENSITIVE.test(dotted(node) ?? "");
  const [name] = node.arguments;
  if (name?.type !== "StringLiteral" || !SENSITIVE.test(`.query.${name.value}`)) return false;
  const handler = handlerAround(node);
  if (handler === undefined || calleeName(node) !== `${handler.req}.param`) return false;
  const methods = methodsOf(handler.fn, program);
  return methods.size > 0 && [...methods].every((method) => method === "get");
}

/** `{ password }` of `const { password } = req.query` and of `const { query: { password } } = req`. */
function queryPatterns(pattern: t.ObjectPattern, from: t.Node): readonly t.ObjectPattern[] {
  const name = dotted(from) ?? "";
  if (name.endsWith(".query")) return [pattern];
  if (name !== handlerAround(from)?.req) return [];
  return pattern.properties.flatMap((one) =>
    one.type === "ObjectProperty" && keyName(one.key) === "query" && one.value.type === "ObjectPattern"
      ? [one.value]
      : [],
  );
}

const CREDENTIAL_HEADER =
  /\.(?:headers|header|get|cookies)\.(?:authorization|x-(?:access|auth|api)-?(?:token|key)|access_?token|token|jwt|api-?key)$/i;
const TOKEN = /\.query\.(?:token|jwt|auth|key|api_?key)$/i;

/** `req.headers.authorization` of what is done with it: `(req.headers.authorization || "").slice(7)`, `header.replace("Bearer ", "")`. */
function sourceName(node: t.Node, handler: HandlerNames | undefined): string {
  if (node.type === "Identifier" && handler !== undefined) {
    const [made, ...more] = piecesOf(node.name, handler);
    // One variable and no further: `var at = at.slice(1)` is made of itself.
    return made === undefined || more.length > 0 ? "" : sourceName(made, undefined);
  }
  const name = dotted(node);
  if (name !== undefined) return name;
  const [left] = alternativesOf(node);
  if (left !== undefined && left !== node) return sourceName(left, handler);
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return "";
  const [first] = node.arguments;
  const callee = dotted(node.callee) ?? "";
  if (first?.type === "StringLiteral" && /\.(?:get|header)$/.test(callee)) return `${callee}.${first.value}`;
  const { callee: member } = node;
  return member.type === "MemberExpression" || member.type === "OptionalMemberExpression"
    ? sourceName(member.object, handler)
    : "";
}

/** `req.get("x-api-key") ?? req.query.api_key` */
const alternativesOf = (node: t.Node): readonly t.Node[] =>
  node.type === "LogicalExpression" ? [...alternativesOf(node.left), ...alternativesOf(node.right)] : [node];

/** `const newPassword = query.new`: the variable says what it is. */
const fromQuery = (init: Node, handler: HandlerNames | undefined): boolean =>
  handler !== undefined && /Member/.test(init.type) && requestData(init, handler) === "query";

function complain(node: Node, { module, report }: NodeContext): void {
  if (handlerAround(node) !== undefined)
    report({ at: { module, node }, message: "This value travels in the URL." });
}
