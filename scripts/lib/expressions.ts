import { parse } from "@babel/parser";

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

interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly [key: string]: unknown;
}

/**
 * Every regular expression that is written out in a source: literals, and `RegExp("...")` of a text that is known.
 *
 * @throws {SyntaxError} for a source that cannot be parsed: its expressions would be skipped without a word
 */
export function findExpressions(text: string): FoundExpressions {
  const expressions: Expression[] = [];
  const atRunTime: number[] = [];
  visit(parse(text, { sourceType: "module", plugins: ["typescript"] }).program, (node) => {
    const line = node.loc?.start.line ?? 0;
    if (node.type === "RegExpLiteral")
      expressions.push({ line, source: String(node["pattern"]), flags: String(node["flags"]) });
    if (!isRegExpCall(node)) return;
    const [source, flags] = node["arguments"] as readonly (Node | undefined)[];
    const known = knownText(source);
    if (known === undefined) atRunTime.push(line);
    else expressions.push({ line, source: known, flags: knownText(flags) ?? "" });
  });
  return { expressions, atRunTime };
}

function isRegExpCall(node: Node): boolean {
  const callee = node["callee"];
  return (
    (node.type === "NewExpression" || node.type === "CallExpression") &&
    isNode(callee) &&
    callee["name"] === "RegExp"
  );
}

function knownText(node: Node | undefined): string | undefined {
  if (node?.type === "StringLiteral") return String(node["value"]);
  // `String.raw` as the tag: the text as it is written.
  const tagged = node?.type === "TaggedTemplateExpression";
  const template = tagged ? node["quasi"] : node;
  if (!isNode(template) || template.type !== "TemplateLiteral") return undefined;
  const [only, ...others] = template["quasis"] as readonly {
    readonly value: { readonly raw: string; readonly cooked: string };
  }[];
  if (only === undefined || others.length > 0) return undefined;
  return tagged ? only.value.raw : only.value.cooked;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const each of value) visit(each, see);
  if (!isNode(value)) return;
  see(value);
  for (const [key, child] of Object.entries(value)) if (key !== "loc") visit(child, see);
}
