import { codeOf } from "../../../model/module.ts";
import { callArguments, calleeName, keyName, sourceText } from "../../kit/nodes.ts";
import { named } from "../../kit/request-data.ts";
import { checkArgument, checkSink, type Sink } from "../../kit/sinks.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { slowPart } from "../../kit/slow-expression.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "dos/input-redos",
  title: "An expression can take for ever on what the client sends",
  severity: "medium",
  confidence: "high",
  cwe: [1333],
  asvs: ["1.3.12"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Each character more doubles the time: thirty of them keep the only thread busy, and nobody else is answered.",
  fix: "Write it without a repetition inside a repetition, or take a validator that reads the text in one go.",
  callees: [/^RegExp$/, /\.(?:test|exec|match|matchAll|search|replace|replaceAll|split)$/],
  visit: {
    NewExpression: checkMade,
    ObjectProperty: checkSearched,
    CallExpression(node, context) {
      checkMade(node, context);
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
      const { object, property } = node.callee;
      const [first] = callArguments(node);
      if (property.type !== "Identifier" || first === undefined) return;
      if (TESTS.test(property.name)) look(node, object, first, context);
      else if (TAKES.test(property.name)) look(node, first, object, context);
    },
  },
});

const MAKERS: readonly Sink[] = [{ callee: /^RegExp$/ }];

/** `new RegExp(req.query.q)`: the client writes the expression itself. */
function checkMade(node: Node, context: NodeContext): void {
  checkSink(node, context, MAKERS, ({ text, source, at, related }) => {
    if (source === "headers" || /escape|quote|sanitize/i.test(text)) return;
    context.report({
      at,
      message: `${named(source)} is made an expression: the client writes one that takes for ever.`,
      fix: "Look for the text itself (`includes()`), or put a backslash before each of `.*+?^${}()|[]\\`.",
      related,
    });
  });
}

/** `User.find({ name: { $regex: req.query.q } })`: the database runs it over every record. */
function checkSearched(node: Node, context: NodeContext): void {
  if (node.type !== "ObjectProperty" || keyName(node.key) !== "$regex") return;
  checkArgument(node, node.value, context, ({ text, source, at, related }) => {
    if (source === "headers" || /escape|quote|sanitize/i.test(text)) return;
    context.report({
      at,
      message: `${named(source)} is the expression that the database runs over every record.`,
      severity: "low",
      fix: "Put a backslash before each of `.*+?^${}()|[]\\` in it, or search an index of texts.",
      related,
    });
  });
}

const TESTS = /^(?:test|exec)$/;
const TAKES = /^(?:match|matchAll|search|replace|replaceAll|split)$/;

function look(node: t.CallExpression, pattern: t.Node, text: t.Node, context: NodeContext): void {
  const slow = slowOf(pattern, context);
  if (slow === undefined) return;
  checkArgument(node, text, context, ({ handler, source, at, related }) => {
    const name = sourceText(context.module, text);
    const before = codeOf(at.module).slice(handler.fn.body.start ?? 0, node.start ?? 0);
    // `if (name.length > 40) return`: how long a text may be is asked first.
    if (new RegExp(String.raw`${escapeForPattern(name)}\??\.length\s*(?:[<>]|===?)`).test(before)) return;
    context.report({
      at,
      message: `\`${slow}\` repeats inside a repetition, and ${named(source)} is matched with it.`,
      related,
    });
  });
}

/** Of a literal, also one that a variable holds. */
function slowOf(pattern: t.Node, context: NodeContext): string | undefined {
  if (pattern.type === "RegExpLiteral") return slowPart(pattern.pattern, pattern.flags);
  const mayBe =
    pattern.type === "Identifier" || pattern.type === "MemberExpression" || calleeName(pattern) === "RegExp";
  const value = mayBe ? context.value(pattern) : undefined;
  return value?.k === "regex" ? slowPart(value.source, value.flags) : undefined;
}
