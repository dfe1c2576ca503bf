import { ancestors, isFunction, walk, type Node, type t } from "../../../parse/ast.ts";
import { dotted, handlerAround, sourceText } from "../../kit/nodes.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

const COMPARES: ReadonlySet<string> = new Set([">", ">=", "<", "<="]);

export const rule: Rule = defineRule({
  id: "input/hpp",
  title: "A check on a query value is passed by sending it twice",
  severity: "low",
  confidence: "medium",
  cwe: [235],
  asvs: ["15.3.7"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: '`?path=a&path=../../b` arrives as a list: its length is the number of items, and looking for ".." compares whole items, so the check says yes to what it was written against.',
  fix: 'Refuse what is no text first: `if (typeof req.query.path !== "string") return res.sendStatus(400)`, or read the query through a schema.',
  callees: [/\.(?:indexOf|includes)$/],
  visit: {
    BinaryExpression(node, context) {
      if (node.type !== "BinaryExpression" || !COMPARES.has(node.operator)) return;
      for (const side of [node.left, node.right]) {
        const name = side.type === "PrivateName" ? undefined : dotted(side);
        if (name?.endsWith(".length") === true)
          judge(
            side,
            name.slice(0, -".length".length),
            "its length is the number of times it was sent",
            context,
          );
      }
    },
    CallExpression(node, context) {
      if (node.type !== "CallExpression" || !decides(node)) return;
      const match = /^(.+)\.(?:indexOf|includes)$/.exec(dotted(node.callee) ?? "");
      if (match?.[1] !== undefined)
        judge(
          node,
          match[1],
          "a list of values is searched for an equal item, not for a part of one",
          context,
        );
    },
  },
});

function judge(node: Node, text: string, because: string, { module, report }: NodeContext): void {
  const handler = handlerAround(node);
  if (handler === undefined || !new RegExp(String.raw`^${handler.req}\.query\.\w+$`).test(text)) return;
  if (isTestedBefore(module, node, text) || saysType(node, text, (one) => sourceText(module, one))) return;
  report({ at: { module, node }, message: `${text} may arrive as a list: ${because}.` });
}

/** Whether the answer decides something: a branch that ends the request, or one of two values. */
function decides(node: t.Node): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up) || up.type === "BlockStatement") return false;
    if (up.type === "ConditionalExpression") return true;
    if (up.type === "IfStatement") return [up.consequent, up.alternate].some((one) => one && ends(one));
  }
  return false;
}

/** `if (path.includes(":")) path = path.split(":")[0]` refuses nothing: a list gets past no check there. */
function ends(branch: t.Node): boolean {
  let found = false;
  walk(branch, (one) => {
    if (
      one.type === "ReturnStatement" ||
      one.type === "ThrowStatement" ||
      (one.type === "CallExpression" && /^(?:next|res|response)(?:\.|$)/.test(dotted(one.callee) ?? ""))
    )
      found = true;
  });
  return found;
}

function saysType(node: Node, text: string, read: (node: Node) => string): boolean {
  // Compiled: `typeof ((_a = req.query) === null || _a === void 0 ? void 0 : _a.path) === "string"`.
  const typeOf = new RegExp(
    String.raw`typeof \(\(\w+ = [\w.]{1,100}\)[^;&]{0,100}\.${text.slice(text.lastIndexOf(".") + 1)}\) === ["']string`,
  );
  for (const up of ancestors(node)) {
    if (isFunction(up) || up.type === "BlockStatement") return false;
    const whole = read(up);
    if (whole.includes(`typeof ${text}`) || whole.includes(`Array.isArray(${text}`) || typeOf.test(whole))
      return true;
  }
  return false;
}
