import { rootPackage } from "../../../model/values.ts";
import { mentions } from "../../kit/mentions.ts";
import { keyName } from "../../kit/nodes.ts";
import { checkArgument, checkSink, type Reached, type Sink } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node, t } from "../../../parse/ast.ts";

const VM2 = /["']vm2["']/;
const SINKS: readonly Sink[] = [
  {
    callee:
      /^(?:(?:ejs|pug|jade|nunjucks|handlebars|Handlebars|hbs|swig|doT|dust)\.(?:render|renderString|compile|template)|eval|math(?:js)?\.eval|setTimeout|setInterval|vm\.(?:runInNewContext|runInThisContext|runInContext|Script))$/,
  },
  // `new Function("account", body)`: the parameters come first.
  { callee: /^Function$/, at: -1 },
  // The sandbox of vm2 has been left more than once.
  { callee: /^\?\.run$|^(?:vm|sandbox)\.run$/, needs: VM2 },
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
  callees: [/^require$|\.run$/, ...SINKS.map((one) => one.callee)],
  visit: { CallExpression: check, NewExpression: check, ImportExpression: checkModule },
});

const LOADS: readonly Sink[] = [{ callee: /^require$/ }];

function check(node: Node, context: NodeContext): void {
  checkSandbox(node, context);
  checkSink(node, context, LOADS, (reached) => {
    complainOfModule(reached, context);
  });
  checkSink(node, context, SINKS, ({ argument, source, at, related }) => {
    if (argument.type !== "ArrowFunctionExpression")
      context.report({ at, message: `${named(source)} is run as code.`, related });
  });
}

/** `await import(`./plugins/${req.body.name}.js`)`. */
function checkModule(node: Node, context: NodeContext): void {
  if (node.type === "ImportExpression")
    checkArgument(node, node.source, context, (reached) => {
      complainOfModule(reached, context);
    });
}

/** What stands behind the last value of a text. */
function plainEnd(node: t.Node): string {
  if (node.type === "TemplateLiteral") return node.quasis.at(-1)?.value.raw ?? "";
  return node.type === "BinaryExpression" && node.right.type === "StringLiteral" ? node.right.value : "";
}

/** Data in JSON is read and not run. */
function complainOfModule({ argument, text, source, at, related }: Reached, context: NodeContext): void {
  // `../resources/${version}/schemas/list`: few folders have such a file in them.
  if (!/^(?:\.\w{1,5})?$/.test(plainEnd(argument))) return;
  if (/\.json["'`]|basename/.test(text) || source === "headers") return;
  context.report({
    at,
    message: `${named(source)} says which file is loaded and run.`,
    fix: "Look the module up in a list of those that may be loaded.",
    related,
  });
}

/** `const sandbox = new VM(); sandbox.run(req.body.code)`, whatever it is called. */
function checkSandbox(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const { object, property } = node.callee;
  const [code] = node.arguments;
  if (keyName(property) !== "run" || object.type !== "Identifier" || /^(?:vm|sandbox)$/.test(object.name))
    return;
  if (code === undefined || !mentions(context.module, VM2)) return;
  if (rootPackage(context.value(object))?.name !== "vm2") return;
  checkArgument(node, code, context, ({ source, at, related }) => {
    context.report({ at, message: `${named(source)} is run as code.`, related });
  });
}
