import { checkSink, type Sink } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node } from "../../../parse/ast.ts";

const SINKS: readonly Sink[] = [
  {
    callee:
      /^(?:(?:ejs|pug|jade|nunjucks|handlebars|Handlebars|hbs|swig|doT|dust)\.(?:render|renderString|compile|template)|eval|math(?:js)?\.eval|setTimeout|setInterval|vm\.(?:runInNewContext|runInThisContext|runInContext|Script))$/,
  },
  // `new Function("account", body)`: the parameters come first.
  { callee: /^Function$/, at: -1 },
  // The sandbox of vm2 has been left more than once.
  { callee: /^\?\.run$|^(?:vm|sandbox)\.run$/, needs: /["']vm2["']/ },
];

export const rule: Rule = defineRule({
  id: "inject/eval",
  title: "Request data is run as code",
  severity: "critical",
  confidence: "high",
  cwe: [95],
  asvs: ["1.3.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever sends the request runs anything they like on the server.",
  fix: "Parse the value (JSON.parse, Number, a lookup table); never run it.",
  visit: { CallExpression: check, NewExpression: check },
});

function check(node: Node, context: NodeContext): void {
  checkSink(node, context, SINKS, ({ argument, source, at, related }) => {
    if (argument.type !== "ArrowFunctionExpression")
      context.report({ at, message: `${named(source)} is run as code.`, related });
  });
}
