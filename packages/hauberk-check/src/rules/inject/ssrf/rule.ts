import { alternatives } from "../../../model/alternatives.ts";
import { checkArgument } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { callArguments, calleeName, handlerAround, type HandlerNames } from "../../kit/nodes.ts";
import { containsRequestData } from "../../kit/built-values.ts";
import type { Node, t } from "../../../parse/ast.ts";

const FETCHES =
  /^(?:fetch|axios|got|request|needle|superagent\.get|axios\.(?:get|post|put|delete|request)|got\.(?:get|post)|https?\.(?:get|request)|request\.(?:get|post)|needle\.get)$/;

export const rule: Rule = defineRule({
  id: "inject/ssrf",
  title: "The request says which address the server fetches",
  severity: "high",
  confidence: "medium",
  cwe: [918],
  asvs: ["1.3.6"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The server stands inside the network: it reaches metadata services, databases and admin pages the client cannot.",
  fix: "Accept an id and look the address up; else check scheme, host and the resolved address against a list.",
  visit: { CallExpression: check },
});

function check(node: Node, context: NodeContext): void {
  const [given] = callArguments(node);
  const name = (calleeName(node) ?? "").replace(".default", "");
  if (given === undefined || !(FETCHES.test(name) || isFetch(node, context))) return;
  for (const address of addressesIn(given))
    checkArgument(node, address, context, ({ argument, handler, source, at, related }) => {
      if (begins(argument, handler))
        context.report({ at, message: `The address begins with ${named(source)}.`, related });
    });
}

/** `request({ url: req.query.url })`, `axios({ url })`, or what is given itself. */
function addressesIn(given: t.Node): readonly t.Node[] {
  if (given.type !== "ObjectExpression") return [given];
  return given.properties.flatMap((one) =>
    one.type === "ObjectProperty" && one.key.type === "Identifier" && /^(?:url|uri)$/.test(one.key.name)
      ? [one.value]
      : [],
  );
}

/** `const client = isTls ? https : http; client.get(address)`, `const requests = require("axios")`. */
function isFetch(node: Node, context: NodeContext): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  const { object, property } = node.callee;
  if (object.type !== "Identifier" || property.type !== "Identifier") return false;
  if (!/^(?:get|post|put|delete|request)$/.test(property.name) || handlerAround(node) === undefined)
    return false;
  return alternatives(context.value(object)).some(
    (one) =>
      one.k === "pkg" && FETCHES.test([one.name.replace(/^node:/, ""), ...one.path, property.name].join(".")),
  );
}

/** Behind a fixed host a value can change the path, not where the request goes. */
function begins(node: t.Node, handler: HandlerNames): boolean {
  if (node.type === "TemplateLiteral") {
    const [quasi] = node.quasis;
    const [first] = node.expressions;
    return (
      quasi !== undefined &&
      /^(?:https?:\/\/)?$/.test(quasi.value.raw) &&
      first !== undefined &&
      containsRequestData(first, handler) !== undefined
    );
  }
  if (node.type === "BinaryExpression") {
    if (node.left.type === "PrivateName") return false;
    if (node.left.type === "StringLiteral") return /^https?:\/\/$/.test(node.left.value);
    return begins(node.left, handler);
  }
  return containsRequestData(node, handler) !== undefined;
}
