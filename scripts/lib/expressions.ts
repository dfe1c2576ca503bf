import { parse } from "@babel/parser";
import { walk, type Node, type t } from "../../packages/hauberk-check/src/parse/ast.ts";

export interface Expression {
  readonly line: number;
  readonly source: string;
  readonly flags: string;
}

export interface FoundExpressions {
  readonly expressions: readonly Expression[];
  /** Lines of a `RegExp(...)` whose text is put together at run time: nobody can say what it will be. */
  readonly atRunTime: readonly number[];
}

/**
 * Every regular expression that is written out in a source: literals, and `RegExp("...")` of a text that is known.
 *
 * @throws {SyntaxError} for a source that cannot be parsed: its expressions would be skipped without a word
 */
export function findExpressions(text: string): FoundExpressions {
  const expressions: Expression[] = [];
  const atRunTime: number[] = [];
  walk(parse(text, { sourceType: "module", plugins: ["typescript"] }).program, (node) => {
    const line = node.loc?.start.line ?? 0;
    if (node.type === "RegExpLiteral") expressions.push({ line, source: node.pattern, flags: node.flags });
    if (!isRegExpCall(node)) return;
    const [source, flags] = node.arguments;
    const known = knownText(source);
    if (known === undefined) atRunTime.push(line);
    else expressions.push({ line, source: known, flags: knownText(flags) ?? "" });
  });
  return { expressions, atRunTime };
}

function isRegExpCall(node: Node): node is t.NewExpression | t.CallExpression {
  return (
    (node.type === "NewExpression" || node.type === "CallExpression") &&
    node.callee.type === "Identifier" &&
    node.callee.name === "RegExp"
  );
}

function knownText(node: t.Node | undefined): string | undefined {
  if (node?.type === "StringLiteral") return node.value;
  // `String.raw` as the tag: the text as it is written.
  const tagged = node?.type === "TaggedTemplateExpression";
  const template = tagged ? node.quasi : node;
  if (template?.type !== "TemplateLiteral") return undefined;
  const [only, ...others] = template.quasis;
  if (only === undefined || others.length > 0) return undefined;
  return (tagged ? only.value.raw : only.value.cooked) ?? undefined;
}
