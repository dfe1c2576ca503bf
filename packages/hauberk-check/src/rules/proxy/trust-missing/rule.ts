import { callArguments, calleeName, dotted, handlerAround } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { viewsOf } from "../../../engine/views.ts";
import { someNode, type Node, type t } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "proxy/trust-missing",
  title: "A forwarded address is read by hand",
  severity: "low",
  confidence: "medium",
  cwe: [348],
  asvs: ["15.3.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Without the number of proxies nobody can say which part of X-Forwarded-For is true; the left-most is what the client wrote.",
  fix: "Set `trust proxy` to the number of proxies and read req.ip.",
  callees: [/\.(?:get|header)$/],
  visit: {
    CallExpression(node, context) {
      const name = calleeName(node);
      if (name === undefined || !/\.(?:get|header)$/.test(name)) return;
      const handler = handlerAround(node);
      if (handler === undefined || (name !== `${handler.req}.get` && name !== `${handler.req}.header`))
        return;
      const [first] = callArguments(node);
      if (first?.type === "StringLiteral" && isAddress(first.value)) complain(node, first.value, context);
    },
    VariableDeclarator(node, context) {
      if (node.type !== "VariableDeclarator" || !node.init) return;
      const source = node.init.type === "LogicalExpression" ? node.init.left : node.init;
      const name = dotted(source)?.split(".headers.")[1];
      const handler = handlerAround(node);
      if (name !== undefined && isAddress(name) && handler !== undefined && isRead(node.id, handler.fn))
        complain(node, name, context);
    },
  },
});

/** An address that is put into a name and never looked at again decides nothing. */
const isRead = (held: t.Node, fn: t.Node): boolean =>
  held.type !== "Identifier" ||
  someNode(fn, (one) => one.type === "Identifier" && one !== held && one.name === held.name);

const isAddress = (name: string): boolean => /^(?:x-forwarded-for|x-real-ip)$/i.test(name);

function complain(node: Node, name: string, context: NodeContext): void {
  const isSet = viewsOf(context.program).some((view) =>
    view.settings.some((one) => one.name === "trust proxy"),
  );
  if (!isSet)
    context.report({
      at: { module: context.module, node },
      message: `${name} is read here, and \`trust proxy\` is not set.`,
    });
}
