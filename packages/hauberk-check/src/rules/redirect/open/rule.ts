import { keyName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { builtAs, containsRequestData } from "../../kit/built-values.ts";
import { dataAround, handedOverAt, returnedBy } from "../../kit/handed-over.ts";
import { named, requestData } from "../../kit/request-data.ts";
import { isNarrowedBefore } from "../../kit/tested.ts";
import { returnedTargets } from "./returned.ts";
import { weakTestOf } from "./weak-test.ts";
import { callsIn, isResult } from "../../kit/returned.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Problem, type Rule } from "../../rule.ts";
import type { Site } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "redirect/open",
  title: "The request says where to go",
  severity: "medium",
  confidence: "medium",
  cwe: [601],
  asvs: ["3.7.2"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "A link to the app sends its visitor to a copy of the login page on another site.",
  fix: 'Accept only paths of the app (begins with "/", not with "//" or "/\\\\"), or look the target up in a list.',
  callees: [/\.(?:redirect|location|set|setHeader|header|append|writeHead|authenticate)$/],
  visit: {
    CallExpression(node, context) {
      if (
        node.type !== "CallExpression" ||
        node.callee.type !== "MemberExpression" ||
        node.callee.property.type !== "Identifier"
      )
        return;
      const { name } = node.callee.property;
      const target = targetOf(node, name);
      if (target !== undefined) judge(node, target, name === "redirect", context);
    },
    ClassMethod(node, context) {
      for (const target of returnedTargets(node, context)) judge(target, target, true, context);
    },
  },
  live({ facts, report }) {
    for (const one of facts.openRedirects ?? [])
      report({
        url: one.url,
        message: `The answer (${String(one.status)}) leads to the site the query named.`,
      });
  },
});

/** `isSent`: a browser that gets this answer goes there. */
function judge(node: t.Node, target: t.Node, isSent: boolean, context: NodeContext): void {
  const { module, report } = context;
  const handler = dataAround(node, context);
  if (handler === undefined) return;
  // `const back = `${uri}?code=1``: what counts is how that text begins.
  const made = textIn(target, handler) ?? target;
  const source = leading(made, handler);
  if (source === undefined) {
    const from = madeElsewhere({ node, target, handler }, context);
    if (from !== undefined) report(from);
    return;
  }
  if (source === "headers" || source === "cookies") return;
  // `res.status(201).location(req.originalUrl + "/1")` says where something new is.
  if (!isSent && !/^(?:query|body)$/.test(source)) return;
  // A path that Express has cut out of the address names no host, unless a scheme is put before it.
  if (source === "params" && afterScheme(made) === undefined) return;
  const weak = weakTestOf(node, target, handler, context);
  if (weak !== undefined) {
    report({
      at: { module, node },
      message: `The target is ${named(source)}, and the test asks only for a text somewhere in it.`,
      related: [{ at: { module, node: weak }, message: "the test" }, ...handedOverAt(handler)],
    });
    return;
  }
  const asked = new Set([target, made, beginning(made)]);
  if ([...asked].some((one) => isChecked({ module, node }, one, handler))) return;
  report({
    at: { module, node },
    message: `The target is ${named(source)}, unchecked.`,
    related: handedOverAt(handler),
  });
}

interface Redirect {
  readonly node: t.Node;
  readonly target: t.Node;
  readonly handler: HandlerNames;
}

/** `res.redirect(nextOf(req))`: what the function gives back begins with what the request says. */
function madeElsewhere(
  { node, target, handler }: Redirect,
  { module, program }: NodeContext,
): Problem | undefined {
  const calls = callsIn(target, handler).filter((one) => isResult(target, one, handler));
  if (calls.length === 0 || isNarrowedBefore(module, node, sourceText(module, target), handler))
    return undefined;
  for (const call of calls)
    for (const one of returnedBy({ module, node: call }, handler, program)) {
      const source = leading(one.value, one.handler);
      const place = { module: one.module, node: one.value };
      if (source === undefined || !/^(?:query|body)$/.test(source)) continue;
      if (isChecked(place, one.value, one.handler)) continue;
      return {
        at: { module, node },
        message: `The target is ${named(source)}, unchecked.`,
        related: [{ at: place, message: "It comes from here." }, ...handedOverAt(handler)],
      };
    }
  return undefined;
}

function isChecked({ module, node }: Site, target: t.Node, handler: HandlerNames): boolean {
  const text = sourceText(module, target);
  return (
    isNarrowedBefore(module, node, text.split(/\|\||\?\?/)[0]?.trim() ?? text, handler) ||
    /originalUrl|req\.url|req\.path|\.startsWith|\.test\(/.test(text)
  );
}

/** The argument of `res.redirect()`, the `Location` of `res.writeHead()`, and where passport goes after a sign-in. */
function targetOf(node: t.CallExpression, method: string): t.Node | undefined {
  if (method === "redirect") return node.arguments.at(-1);
  if (method === "location") return isOfAnswer(node) ? node.arguments[0] : undefined;
  if (SETS.test(method)) {
    const [header, value] = node.arguments;
    return header?.type === "StringLiteral" && /^location$/i.test(header.value) ? value : undefined;
  }
  const options = node.arguments.at(-1);
  if (!/^(?:writeHead|authenticate)$/.test(method) || options?.type !== "ObjectExpression") return undefined;
  for (const one of options.properties) {
    if (one.type !== "ObjectProperty") continue;
    if (/^(?:location|successRedirect|failureRedirect)$/i.test(keyName(one.key))) return one.value;
  }
  return undefined;
}

const SETS = /^(?:set|setHeader|header|append)$/;

/** `res.location(target)`, `res.status(302).location(target)`. */
function isOfAnswer({ callee }: t.CallExpression): boolean {
  let at: t.Node = callee;
  while (at.type === "MemberExpression" || at.type === "CallExpression")
    at = at.type === "MemberExpression" ? at.object : at.callee;
  return at.type === "Identifier" && /^_?res(?:p|ponse)?$/.test(at.name);
}

/** Request data where the URL begins: behind "/users/" it can no longer leave the site. */
function leading(node: t.Node, handler: HandlerNames): ReturnType<typeof requestData> {
  if (node.type === "TemplateLiteral") {
    const [quasi] = node.quasis;
    const [first] = node.expressions;
    return quasi !== undefined && /^(?:https?:\/\/)?$/.test(quasi.value.raw) && first !== undefined
      ? leading(first, handler)
      : undefined;
  }
  if (node.type === "BinaryExpression")
    return node.left.type === "PrivateName" ? undefined : leading(afterScheme(node) ?? node.left, handler);
  if (node.type === "ConditionalExpression")
    return isTextAtAll(node.test) ? leading(node.consequent, handler) : undefined;
  if (node.type === "LogicalExpression") return containsRequestData(node.left, handler);
  return requestData(node, handler);
}

function textIn(node: t.Node, handler: HandlerNames): t.Node | undefined {
  const made = node.type === "Identifier" ? builtAs(node.name, handler) : undefined;
  return made?.type === "TemplateLiteral" || made?.type === "BinaryExpression" ? made : undefined;
}

/** `uri` of `${uri}?code=1` and of `uri + "?code=1"`: who asks about the text asks about that. */
function beginning(node: t.Node): t.Node {
  if (node.type === "TemplateLiteral") return node.expressions[0] ?? node;
  if (node.type !== "BinaryExpression" || node.left.type === "PrivateName") return node;
  return beginning(afterScheme(node) ?? node.left);
}

/** `typeof target === "string"`: so is the address of another site. */
const isTextAtAll = (test: t.Node): boolean =>
  test.type === "BinaryExpression" &&
  /^===?$/.test(test.operator) &&
  test.left.type === "UnaryExpression" &&
  test.left.operator === "typeof" &&
  test.right.type === "StringLiteral" &&
  test.right.value === "string";

/** What follows in `"http://" + host` and `https://${host}`. */
function afterScheme(node: t.Node): t.Node | undefined {
  if (node.type === "TemplateLiteral")
    return /^https?:\/\/$/.test(node.quasis[0]?.value.raw ?? "") ? node.expressions[0] : undefined;
  if (node.type !== "BinaryExpression") return undefined;
  if (node.left.type === "BinaryExpression") return afterScheme(node.left);
  return node.left.type === "StringLiteral" && /^https?:\/\/$/.test(node.left.value) ? node.right : undefined;
}
