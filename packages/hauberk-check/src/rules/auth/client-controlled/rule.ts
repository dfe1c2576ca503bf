import { callArguments, calleeName, dotted, handlerAround, sourceText } from "../../kit/nodes.ts";
import { reportChosenRoles } from "./chosen-roles.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { ancestors, isFunction, type Node, type t } from "../../../parse/ast.ts";

const ROLE = /\.(?:query|cookies|headers)\.(?:x-)?(?:is_?-?admin|admin|role|user-?_?role|is_?superuser)$/i;

const FIELD = /\.body\.(?:is_?-?admin|admin|role|user-?_?role|is_?superuser)$/i;

const USER = /\.(?:query|cookies|headers)\.(?:x-)?(?:user|user-?name|login)$/i;

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
  visit: {
    BinaryExpression(node, context) {
      if (
        node.type !== "BinaryExpression" ||
        node.left.type === "PrivateName" ||
        !/^[!=]==?$/.test(node.operator)
      )
        return;
      const name = dotted(node.left) ?? headerName(node.left);
      if (handlerAround(node) === undefined || !isInTest(node)) return;
      // A form may well have a field `role`; what opens the way to the next handler may not ask it.
      if (ROLE.test(name) || (isClaim(name, node.right) && opensTheWay(node, context)))
        complain(node, context);
    },
    VariableDeclarator(node, context) {
      if (
        node.type !== "VariableDeclarator" ||
        node.id.type !== "Identifier" ||
        !/admin/i.test(node.id.name) ||
        !node.init
      )
        return;
      if (ROLE.test(dotted(node.init) ?? "") && handlerAround(node) !== undefined) complain(node, context);
    },
  },
});

/** A form's field for the role, or a user's name beside the one that may do everything. */
function isClaim(name: string, other: Node): boolean {
  if (FIELD.test(name) || INTERNAL.test(name)) return true;
  return (
    USER.test(name) && other.type === "StringLiteral" && /^(?:admin|administrator|root)$/i.test(other.value)
  );
}

/** `req.get("X-Internal")` is `req.headers.X-Internal`. */
function headerName(node: t.Node): string {
  const [header] = callArguments(node);
  return /\.(?:get|header)$/.test(calleeName(node) ?? "") && header?.type === "StringLiteral"
    ? `req.headers.${header.value}`
    : "";
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
  const next = handlerAround(node)?.fn.params[2];
  return (
    branch?.type === "IfStatement" &&
    next?.type === "Identifier" &&
    sourceText(module, branch.consequent).includes(`${next.name}()`)
  );
}
