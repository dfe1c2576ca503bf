import type * as t from "@babel/types";
import { CHILD_KEYS } from "./child-keys.ts";

export type { t };

/** A node of the tree, with the link to its parent that `indexTree` adds. */
export type Node = t.Node & { parent?: Node };

export type FunctionNode =
  | t.FunctionDeclaration
  | t.FunctionExpression
  | t.ArrowFunctionExpression
  | t.ObjectMethod
  | t.ClassMethod
  | t.ClassPrivateMethod;

const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
]);

export function isFunction(node: { readonly type: string } | null | undefined): node is FunctionNode {
  return node !== null && node !== undefined && FUNCTIONS.has(node.type);
}

export function parentOf(node: t.Node): Node | undefined {
  return (node as Node).parent;
}

/** The nodes above `node`, nearest first. */
export function ancestors(node: t.Node): readonly Node[] {
  const above: Node[] = [];
  for (let up = parentOf(node); up !== undefined; up = parentOf(up)) above.push(up);
  return above;
}

export function enclosingFunction(node: t.Node): FunctionNode | undefined {
  for (let up = parentOf(node); up !== undefined; up = parentOf(up)) if (isFunction(up)) return up;
  return undefined;
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
  );
}

/** What no rule is about, or no child. */
export const SKIPPED_KEYS: ReadonlySet<string> = new Set([
  "type",
  "start",
  "end",
  "loc",
  "extra",
  "parent",
  "errors",
  "comments",
  "tokens",
  "typeAnnotation",
  "typeParameters",
  "typeArguments",
  "returnType",
  "directives",
]);

/** Calls `visit` for every node below `root`, parents first; `false` from `visit` skips the subtree. */
export function walk(root: t.Node, visit: (node: Node) => unknown): void {
  if (visit(root) === false) return;
  const record = root as unknown as Record<string, unknown>;
  const keys = CHILD_KEYS.get(root.type);
  if (keys !== undefined) for (let i = 0; i < keys.length; i += 1) walkChild(record[keys[i] ?? ""], visit);
  else for (const key in record) if (!SKIPPED_KEYS.has(key)) walkChild(record[key], visit);
}

/** Whether `root` or any node below it is such a one. */
export function someNode(root: t.Node, is: (node: Node) => boolean): boolean {
  let found = false;
  walk(root, (node) => {
    found ||= is(node);
    return !found;
  });
  return found;
}

/** By index: `for ... of` makes an object for each step until its code is hot, and in most runs it never is. */
function walkChild(child: unknown, visit: (node: Node) => unknown): void {
  if (typeof child !== "object" || child === null) return;
  if (!Array.isArray(child)) {
    if (isNode(child)) walk(child, visit);
    return;
  }
  for (let i = 0; i < child.length; i += 1) if (isNode(child[i])) walk(child[i], visit);
}

/** Nodes by type, in source order. */
export type TreeIndex = ReadonlyMap<string, readonly Node[]>;

/** The names that a parameter or the left side of a declaration binds. */
export function boundNames(pattern: t.Node): readonly string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    case "TSParameterProperty":
      return boundNames(pattern.parameter);
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => boundNames(one.type === "ObjectProperty" ? one.value : one));
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : boundNames(one)));
    default:
      return [];
  }
}

/** The type that a parameter, a field or a variable is written with. */
export function annotationOf(node: t.Node): t.TSType | undefined {
  const inner = node.type === "AssignmentPattern" ? node.left : node;
  const annotation = "typeAnnotation" in inner ? inner.typeAnnotation : undefined;
  return annotation !== null && annotation !== undefined && annotation.type === "TSTypeAnnotation"
    ? annotation.typeAnnotation
    : undefined;
}

/** What runs when a class is made, where it says so itself. */
export const constructorOf = (cls: t.Class): t.ClassMethod | undefined =>
  cls.body.body.find((one): one is t.ClassMethod => one.type === "ClassMethod" && one.kind === "constructor");

/** Whether a function is given something under this name: `(user)`, `({ user })`. */
export const hasParameter = ({ params }: FunctionNode, name: string): boolean =>
  params.some((param) => boundNames(param).includes(name));

/** A tree so deep that whoever walks it runs out of stack: the parser builds `a.b().b().b()...` in a loop. */
export class TooDeep extends Error {}
const MAX_DEPTH = 1_500;

/**
 * Links every node to its parent and lists the nodes whose type somebody asked for.
 *
 * @throws {TooDeep} when a person cannot have written the tree.
 */
export function indexTree(root: t.Node, wanted: ReadonlySet<string>): TreeIndex {
  const index = new Map<string, Node[]>();
  link(root, undefined, { wanted, index }, 0);
  return index;
}

/** What is the same for all nodes of a tree. */
interface Links {
  readonly wanted: ReadonlySet<string>;
  readonly index: Map<string, Node[]>;
}

function link(node: Node, parent: Node | undefined, links: Links, depth: number): void {
  if (depth > MAX_DEPTH) throw new TooDeep();
  if (parent !== undefined) node.parent = parent;
  const { type } = node;
  if (links.wanted.has(type)) {
    const list = links.index.get(type);
    if (list === undefined) links.index.set(type, [node]);
    else list.push(node);
  }
  const record = node as unknown as Record<string, unknown>;
  const keys = CHILD_KEYS.get(type);
  if (keys !== undefined)
    for (let i = 0; i < keys.length; i += 1) linkChild(record[keys[i] ?? ""], node, links, depth);
  else for (const key in record) if (!SKIPPED_KEYS.has(key)) linkChild(record[key], node, links, depth);
}

function linkChild(child: unknown, node: Node, links: Links, depth: number): void {
  if (typeof child !== "object" || child === null) return;
  if (!Array.isArray(child)) {
    if (isNode(child)) link(child, node, links, depth + 1);
    return;
  }
  for (let i = 0; i < child.length; i += 1) if (isNode(child[i])) link(child[i], node, links, depth + 1);
}
