import { dotted, handlerAround, sourceText } from "../../kit/nodes.ts";
import { askedIn, claimed, isDecision } from "./asked.ts";
import { reportChosenRoles } from "./chosen-roles.ts";
import { isUnsignedIdentity } from "./unsigned-cookies.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { ancestors, isFunction, type Node, type t } from "../../../parse/ast.ts";

const ROLE = /\.(?:query|cookies|headers)\.(?:x-)?(?:is_?-?admin|admin|(?:user-?_?)?roles?|is_?superuser)$/i;

/** What only a literal beside it makes a claim: `req.cookies.loggedIn === "true"`. */
const STANDING =
  /\.(?:cookies|headers)\.(?:x-)?(?:(?:is_?-?)?(?:logged_?-?in|auth(?:enticated|orized)?|staff|mod(?:erator)?|vip|premium)|user_?type)$/i;

const FIELD = /\.body\.(?:is_?-?admin|admin|role|user-?_?role|is_?superuser)$/i;

const USER = /\.(?:query|cookies|headers)\.(?:x-)?(?:user|user-?name|login)$/i;

/** `req.headers["x-admin-access"] === "true"`: whoever writes that may do everything. */
const GRANT = /\.(?:query|cookies|headers)\.(?:x-)?admin[-_]?(?:access|mode|override|bypass)$/i;

/** "This request comes from ourselves", says the request. */
const INTERNAL =
  /\.headers\.(?:x-)?(?:(?:is-?)?internal(?:-(?:request|call|service))?|trusted|(?:skip|bypass|no)-?auth)$/i;

export const rule: Rule = defineRule({
  id: "auth/client-controlled",
  title: "The client says what it may do",
  severity: "high",
  confidence: "medium",
  cwe: [863],
  asvs: ["8.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A cookie, header or query parameter is whatever the client writes, so anyone is an administrator.",
  fix: "Read the role from the session or the database.",
  app: reportChosenRoles,
  callees: [/\.cookie$/],
  visit: {
    CallExpression(node, context) {
      if (isUnsignedIdentity(node, context))
        context.report({
          at: { module: context.module, node },
          message: "This cookie says who is there, without a signature, and is believed.",
          fix: "Keep the user in a session (express-session), or sign the cookie and read it from req.signedCookies.",
        });
    },
    BinaryExpression(node, context) {
      if (
        node.type !== "BinaryExpression" ||
        node.left.type === "PrivateName" ||
        !/^[!=]==?$/.test(node.operator)
      )
        return;
      const name = claimed(node.left, context.module);
      if (handlerAround(node) === undefined) return;
      if (!isInTest(node)) {
        if (ROLE.test(name) && isDecision(node)) complain(node, context);
        return;
      }
      // A form may well have a field `role`; what opens the way to the next handler may not ask it.
      const isLiteral = node.right.type === "StringLiteral" || node.right.type === "BooleanLiteral";
      const isGranted =
        GRANT.test(name) && /^["']?(?:true|1|yes|on)["']?$/.test(sourceText(context.module, node.right));
      if (ROLE.test(name) || (STANDING.test(name) && isLiteral) || isGranted || isDenial(name, node, context))
        complain(node, context);
      else if ((isClaim(name, node.right) || isBackDoor(name, node, context)) && opensTheWay(node, context))
        complain(node, context);
    },
    AssignmentExpression(node, context) {
      if (node.type !== "AssignmentExpression" || handlerAround(node) === undefined) return;
      if (!KEPT.test(dotted(node.left) ?? "")) return;
      if (
        askedIn(node.right).some(
          (one) => FIELD.test(claimed(one, context.module)) || ROLE.test(claimed(one, context.module)),
        )
      )
        complain(node, context);
    },
    VariableDeclarator(node, context) {
      if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) return;
      const { name } = node.id;
      if (!/admin|role|superuser|permission/i.test(name) || handlerAround(node) === undefined) return;
      const claims = askedIn(node.init).map((one) => claimed(one, context.module));
      const isClaimed = claims.some((one) => ROLE.test(one));
      if (isClaimed && (/admin/i.test(name) || isDecisive(name, node, context))) complain(node, context);
      else if (claims.some((one) => FIELD.test(one)) && letsPass(name, node, context))
        complain(node, context);
    },
    IfStatement(node, context) {
      if (node.type !== "IfStatement" || handlerAround(node) === undefined) return;
      const { test } = node;
      const denied = test.type === "UnaryExpression" && test.operator === "!" ? test.argument : undefined;
      const asked = denied ?? test;
      if (!ROLE.test(claimed(asked, context.module))) return;
      const branch = sourceText(context.module, node.consequent);
      if (denied ? REFUSES.test(branch) : callsNext(branch, node)) complain(node.test, context);
    },
  },
});

/** `req.query.debug === "true"` in a guard that refuses all others. */
const isBackDoor = (name: string, node: Node, { module }: NodeContext): boolean =>
  /\.(?:query|body)\.(?:debug|back_?door|bypass|(?:skip|no)_?auth|god_?mode|dev_?mode)$/i.test(name) &&
  REFUSES.test(sourceText(module, handlerAround(node)?.fn ?? node));

const KEPT =
  /\breq(?:uest)?\.(?:session|user)\.(?:user\.)?(?:is_?admin|admin|roles?|permissions|is_?superuser)$/i;

/** `if (req.get("X-Internal") !== "true") return res.sendStatus(403)` */
function isDenial(name: string, node: t.BinaryExpression, { module }: NodeContext): boolean {
  if (!INTERNAL.test(name) || !node.operator.startsWith("!")) return false;
  const branch = ancestors(node).find((up) => up.type === "IfStatement");
  return branch?.type === "IfStatement" && REFUSES.test(sourceText(module, branch.consequent));
}

const REFUSES = /\b40[13]\b|[Ff]orbidden|[Uu]nauthori[sz]ed/;

/** Whether the handler refuses by what the variable holds. */
function isDecisive(name: string, node: Node, { module }: NodeContext): boolean {
  const fn = handlerAround(node)?.fn;
  const text = fn === undefined ? "" : sourceText(module, fn.body);
  return REFUSES.test(text) && new RegExp(String.raw`\bif\s*\([^{};]{0,200}\b${name}\b`).test(text);
}

const letsPass = (name: string, node: Node, context: NodeContext): boolean =>
  isDecisive(name, node, context) &&
  callsNext(sourceText(context.module, handlerAround(node)?.fn ?? node), node);

function callsNext(text: string, node: t.Node): boolean {
  const next = handlerAround(node)?.fn.params[2];
  return next?.type === "Identifier" && text.includes(`${next.name}()`);
}

/** A form's field for the role, or a user's name beside the one that may do everything. */
function isClaim(name: string, other: Node): boolean {
  if (FIELD.test(name) || INTERNAL.test(name)) return true;
  return (
    USER.test(name) && other.type === "StringLiteral" && /^(?:admin|administrator|root)$/i.test(other.value)
  );
}

function isInTest(node: Node): boolean {
  for (const up of ancestors(node)) {
    if (up.type === "IfStatement" || up.type === "ConditionalExpression")
      return (
        (node.start ?? 0) <
        (up.type === "IfStatement" ? (up.consequent.start ?? 0) : (up.consequent.start ?? 0))
      );
    if (isFunction(up)) return false;
  }
  return false;
}

function complain(node: Node, { module, report }: NodeContext): void {
  report({ at: { module, node }, message: "The decision rests on a value the client sends." });
}

function opensTheWay(node: Node, { module }: NodeContext): boolean {
  const branch = [...ancestors(node)].find((up) => up.type === "IfStatement");
  return branch?.type === "IfStatement" && callsNext(sourceText(module, branch.consequent), node);
}
