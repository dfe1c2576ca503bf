import type { Module } from "../../../model/module.ts";
import { parentOf, type Node, type t } from "../../../parse/ast.ts";
import { leaves, keyName, sourceText } from "../../kit/nodes.ts";

/** A condition, and which of its outcomes lets somebody in. */
export interface Branches {
  readonly test: t.Node;
  readonly passesWhen: boolean;
}

/** What a condition decides about whoever asks; nothing for one that turns nobody away. */
export function branchesOf(node: Node, module: Module): Branches | undefined {
  switch (node.type) {
    case "IfStatement":
      return ofIf(node, module);
    case "ConditionalExpression":
      if (!isComparison(node.test)) return undefined;
      return ofBoth(node.test, sourceText(module, node.consequent), sourceText(module, node.alternate));
    case "ClassMethod":
      return ofGuard(node);
    default:
      return undefined;
  }
}

/** `canActivate` of a guard of NestJS answers whether somebody may pass. */
function ofGuard({ key, body }: t.ClassMethod): Branches | undefined {
  const last = keyName(key) === "canActivate" ? body.body.at(-1) : undefined;
  return last?.type === "ReturnStatement" && last.argument
    ? { test: last.argument, passesWhen: true }
    : undefined;
}

function ofIf(node: t.IfStatement, module: Module): Branches | undefined {
  const { test, consequent, alternate } = node;
  if (!isComparison(test)) return undefined;
  const said = sourceText(module, consequent);
  if (refuses(said) && leaves(consequent)) return { test, passesWhen: false };
  return ofBoth(test, said, alternate ? sourceText(module, alternate) : behind(node, module));
}

/** Most conditions are none, and what stands behind them need not be read. */
function isComparison(test: t.Node): boolean {
  let first = test;
  while (first.type === "LogicalExpression" || first.type === "UnaryExpression")
    first = first.type === "LogicalExpression" ? first.left : first.argument;
  return (
    first.type === "BinaryExpression" &&
    /^[!=]==?$/.test(first.operator) &&
    !isLiteral(first.left) &&
    !isLiteral(first.right)
  );
}

const isLiteral = ({ type }: t.Node): boolean => /^(?:String|Numeric|Boolean|Null)Literal$/.test(type);

/** One outcome lets in, and the other turns away. */
function ofBoth(test: t.Node, said: string, otherwise: string): Branches | undefined {
  if (refuses(said)) return letsIn(otherwise) ? { test, passesWhen: false } : undefined;
  return refuses(otherwise) && letsIn(said) ? { test, passesWhen: true } : undefined;
}

/** What stands below an `if` that leaves: what happens to all others. */
function behind(node: t.IfStatement, module: Module): string {
  const block = parentOf(node);
  if (block?.type !== "BlockStatement") return "";
  const below = block.body.slice(block.body.indexOf(node) + 1);
  const isDone = leaves(node.consequent) || below.length === 1;
  return isDone ? below.map((one) => sourceText(module, one)).join("\n") : "";
}

const refuses = (text: string): boolean =>
  text.length < MAX_REFUSAL &&
  /\b40[13]\b|unauthori[sz]ed|forbidden/i.test(text) &&
  !/\bnext\s?\(\s*\)/.test(text);
/** A refusal is a line or two. */
const MAX_REFUSAL = 400;

/** A subscription that is confirmed by a word sent back gives nobody anything. */
const letsIn = (text: string): boolean => text !== "" && !/challenge/i.test(text);

/**
 * The comparisons that somebody has to pass, all of them. Nothing where something else is asked as well, or where one of several
 * would do.
 */
export function alternativesOf({ test, passesWhen }: Branches): readonly t.BinaryExpression[] | undefined {
  if (test.type === "ParenthesizedExpression") return alternativesOf({ test: test.expression, passesWhen });
  if (test.type === "UnaryExpression" && test.operator === "!")
    return alternativesOf({ test: test.argument, passesWhen: !passesWhen });
  if (test.type === "LogicalExpression") {
    if (test.operator !== (passesWhen ? "&&" : "||")) return undefined;
    const left = alternativesOf({ test: test.left, passesWhen });
    const right = alternativesOf({ test: test.right, passesWhen });
    return left && right && [...left, ...right];
  }
  if (test.type !== "BinaryExpression") return undefined;
  return (passesWhen ? /^===?$/ : /^!==?$/).test(test.operator) ? [test] : undefined;
}
