import { mentions } from "../../kit/mentions.ts";
import { callArguments, calleeName, keyName, plainText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { ancestors, enclosingFunction, type Node } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "inject/many-statements",
  title: "The database takes several statements at once",
  severity: "low",
  confidence: "high",
  cwe: [89],
  asvs: ["1.2.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "One forgotten placeholder then drops tables and writes accounts, where it would only have read some rows too many.",
  fix: "Remove `multipleStatements`; use a connection of its own for migrations.",
  callees: [/(?:^|\.)create(?:Connection|Pool)$/],
  visit: {
    ObjectProperty(node, context) {
      if (node.type !== "ObjectProperty" || keyName(node.key) !== "multipleStatements") return;
      if (node.value.type === "BooleanLiteral" && node.value.value) check(node, context);
    },
    CallExpression(node, context) {
      if (!/(?:^|\.)create(?:Connection|Pool)$/.test(calleeName(node) ?? "")) return;
      const [address] = callArguments(node);
      const text = address === undefined ? undefined : plainText(address);
      if (text?.includes("multipleStatements=true") === true) check(node, context);
    },
  },
});

function check(node: Node, context: NodeContext): void {
  if (!mentions(context.module, MYSQL) || isForSetUp(node, context) || runsWhatIsGiven(node)) return;
  context.report({
    at: { module: context.module, node },
    message: "`multipleStatements` is on: what gets into one statement can begin another.",
  });
}

const MYSQL = /["']mysql2?(?:\/promise)?["']/;

/** A file or a function that sets up tables and fills them, and takes nothing of a request. */
function isForSetUp(node: Node, { module }: NodeContext): boolean {
  const names = ancestors(node).map((one) =>
    one.type === "FunctionDeclaration" || one.type === "FunctionExpression"
      ? (one.id?.name ?? "")
      : one.type === "VariableDeclarator" && one.id.type === "Identifier"
        ? one.id.name
        : "",
  );
  return [module.path, ...names].some((one) => SET_UP.test(one));
}

/** `run(query, connection)` of a tool whose users write statements. */
const runsWhatIsGiven = (node: Node): boolean =>
  enclosingFunction(node)?.params.some(
    (one) => one.type === "Identifier" && /^(?:query|sql|statements?)$/i.test(one.name),
  ) === true;

const SET_UP = /migrat|seed|set-?_?up|init|install|schema|import|restore|dump|script|bootstrap/i;
