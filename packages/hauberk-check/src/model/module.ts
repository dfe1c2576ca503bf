import { unreadable } from "../files/discover.ts";
import { indexTree, TooDeep, type t, type TreeIndex } from "../parse/ast.ts";
import { Lines } from "../parse/lines.ts";
import { parseSource } from "../parse/parse.ts";
import type { Scope } from "./scope.ts";
import { object, type Obj, type Value } from "./values.ts";
import { remembered } from "../remembered.ts";

/** One source file, parsed. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly ast: t.File;
  readonly lines: Lines;
  readonly index: TreeIndex;
  /** ESM named exports, with the default one under `default`. */
  readonly exports: Obj;
  /** CommonJS `module.exports`, once the module assigned it. */
  moduleExports: Value | undefined;
  scope: Scope | undefined;
  state: "new" | "running" | "done";
}

export type Loaded =
  | { readonly ok: true; readonly module: Module }
  | { readonly ok: false; readonly reason: string };

/** Node types that rules and the import graph ask for. */
const INDEXED: ReadonlySet<string> = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "CallExpression",
  "OptionalCallExpression",
  "NewExpression",
  "AssignmentExpression",
  "UpdateExpression",
  "ForOfStatement",
  "ForInStatement",
  "BinaryExpression",
  "LogicalExpression",
  "VariableDeclarator",
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ObjectProperty",
  "ClassProperty",
  "ClassPrivateProperty",
  "TSEnumMember",
  "AssignmentPattern",
  "ConditionalExpression",
  "IfStatement",
  "TemplateLiteral",
  "Decorator",
]);

export function loadModule(path: string, text: string): Loaded {
  const obstacle = unreadable(text);
  if (obstacle !== undefined) return { ok: false, reason: obstacle };
  const parsed = parseSource(path, text);
  if (!parsed.ok) {
    const at = parsed.line === undefined ? "" : ` at line ${String(parsed.line)}`;
    return { ok: false, reason: `cannot be parsed${at}: ${parsed.reason}` };
  }
  const index = indexOf(parsed.ast);
  if (index === undefined)
    return { ok: false, reason: "cannot be read: its expressions are nested too deep" };
  const module: Module = {
    path,
    text,
    ast: parsed.ast,
    lines: new Lines(text),
    index,
    exports: object(false),
    moduleExports: undefined,
    scope: undefined,
    state: "new",
  };
  return { ok: true, module };
}

function indexOf(ast: t.File): TreeIndex | undefined {
  try {
    return indexTree(ast.program, INDEXED);
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

/** The text with its comments blanked and what compilers put around calls, every offset kept: what is only talked about is not done. */
export const codeOf: (module: Module) => string = remembered(withoutComments);

const blank = (comment: string): string =>
  comment
    .split("\n")
    .map((line) => " ".repeat(line.length))
    .join("\n");

function withoutComments({ text, ast }: Module): string {
  let code = "";
  let at = 0;
  for (const { start, end } of ast.comments ?? []) {
    if (typeof start !== "number" || typeof end !== "number" || start < at) continue;
    code += text.slice(at, start) + blank(text.slice(start, end));
    at = end;
  }
  return withPlainCalls(code + text.slice(at));
}

/** `(0, checks_1.isAllowed)(body)`, as compilers write the call of something imported, is `checks_1.isAllowed (body)` at the same places. */
const withPlainCalls = (code: string): string =>
  code.includes("(0, ") ? code.replace(/\(0, ([\w$.]+)\)(?=\()/g, "    $1 ") : code;

/** The code of a node, without its comments. */
export const sourceText = (module: Module, { start, end }: t.Node): string =>
  codeOf(module).slice(start ?? 0, end ?? 0);

/** The literal specifiers a module imports, in source order. */
export const importsOf: (module: Module) => readonly string[] = remembered(readImports);

function readImports(module: Module): readonly string[] {
  const found: string[] = [];
  for (const type of ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration"]) {
    for (const node of module.index.get(type) ?? []) {
      if ("source" in node && isString(node.source)) found.push(node.source.value);
    }
  }
  for (const node of module.index.get("CallExpression") ?? []) {
    const literal = requireLiteral(node);
    if (literal !== undefined) found.push(literal);
  }
  for (const node of module.index.get("ImportExpression") ?? []) {
    if (node.type === "ImportExpression" && isString(node.source)) found.push(node.source.value);
  }
  return found;
}

function requireLiteral(node: t.Node): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "require")
    return undefined;
  const [first] = node.arguments;
  return isString(first) ? first.value : undefined;
}

const isString = (node: unknown): node is t.StringLiteral =>
  typeof node === "object" && node !== null && (node as t.Node).type === "StringLiteral";
