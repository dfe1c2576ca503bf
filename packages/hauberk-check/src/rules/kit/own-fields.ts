import type { Module } from "../../model/module.ts";
import { ancestors, isFunction, parentOf, walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { mentions } from "./mentions.ts";
import { dotted, keyName } from "./nodes.ts";

/** What one of the functions that share a `this` puts into a field of it: `this.sql += ...`, `this.parts.push(...)`. */
export interface Put {
  /** `this.sql`. */
  readonly field: string;
  readonly value: t.Node;
  readonly by: FunctionNode;
  readonly node: t.Node;
}

/** Functions that share a `this`: the methods of a class, or a function and what its prototype is given. */
export interface Kin {
  readonly methods: readonly FunctionNode[];
  readonly puts: readonly Put[];
}

/** The functions that share the `this` of a node, and the one of them that it stands in. */
export function kinAround(
  node: t.Node,
  module: Module,
): { readonly kin: Kin; readonly fn: FunctionNode } | undefined {
  if (!mentions(module, PUTS)) return undefined;
  let inner: FunctionNode | undefined;
  for (const up of ancestors(node)) {
    if (up.type === "ClassProperty")
      return up.static || inner === undefined ? undefined : kinOf(parentOf(up), inner);
    if (!isFunction(up)) continue;
    inner = up;
    if (up.type === "ArrowFunctionExpression") continue;
    if (up.type === "ClassMethod" || up.type === "ClassPrivateMethod")
      return "static" in up && up.static ? undefined : kinOf(parentOf(up), up);
    const name = ownerOf(up);
    const kin = name === undefined ? undefined : prototypesIn(module).get(name);
    if (kin !== undefined) return { kin, fn: up };
  }
  return undefined;
}

const PUTS =
  /\bthis\.\w+ ?\+?=[^=]|\bthis\.\w+\.(?:push|unshift)\(|\b(?:private|public|protected|readonly) \w/;

function kinOf(
  body: t.Node | undefined,
  fn: FunctionNode,
): { readonly kin: Kin; readonly fn: FunctionNode } | undefined {
  return body?.type === "ClassBody" ? { kin: methodsOf(body), fn } : undefined;
}

const methodsOf = remembered((body: t.ClassBody): Kin => {
  const methods = body.body.flatMap((one): readonly FunctionNode[] => {
    if (isFunction(one)) return "static" in one && one.static ? [] : [one];
    return one.type === "ClassProperty" && !one.static && isFunction(one.value) ? [one.value] : [];
  });
  return { methods, puts: methods.flatMap(putsBy) };
});

/** `User` of `function User(data) { ... }` and of `User.prototype.save = function () { ... }`. */
function ownerOf(fn: FunctionNode): string | undefined {
  if (fn.type === "FunctionDeclaration") return fn.id?.name;
  const up = parentOf(fn);
  if (up?.type === "VariableDeclarator") return up.id.type === "Identifier" ? up.id.name : undefined;
  return up?.type === "AssignmentExpression" && up.right === fn
    ? OF_PROTOTYPE.exec(dotted(up.left) ?? "")?.[1]
    : undefined;
}

const OF_PROTOTYPE = /^(\w+)\.prototype\.(\w+)$/;

const prototypesIn = remembered((module: Module): ReadonlyMap<string, Kin> => {
  const found = new Map<string, FunctionNode[]>();
  for (const node of module.index.get("AssignmentExpression") ?? []) {
    if (node.type !== "AssignmentExpression" || !isFunction(node.right)) continue;
    const name = ownerOf(node.right);
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), node.right]);
  }
  if (found.size > 0)
    for (const type of ["FunctionDeclaration", "FunctionExpression"])
      for (const node of module.index.get(type) ?? []) {
        const name =
          isFunction(node) && parentOf(node)?.type !== "AssignmentExpression" ? ownerOf(node) : undefined;
        if (name !== undefined && isFunction(node)) found.get(name)?.push(node);
      }
  return new Map([...found].map(([name, methods]) => [name, { methods, puts: methods.flatMap(putsBy) }]));
});

function putsBy(fn: FunctionNode): readonly Put[] {
  const found: Put[] = [];
  for (const param of fn.params)
    // `constructor(private readonly name: string)`
    if (param.type === "TSParameterProperty") {
      const own = param.parameter.type === "AssignmentPattern" ? param.parameter.left : param.parameter;
      if (own.type === "Identifier") found.push({ field: `this.${own.name}`, value: own, by: fn, node: own });
    }
  walk(fn.body, (node) => {
    if (isFunction(node)) return node.type === "ArrowFunctionExpression";
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
      const field = fieldOf(node.left);
      if (field !== undefined) found.push({ field, value: node.right, by: fn, node });
    }
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
      const field = /^(?:push|unshift)$/.test(keyName(node.callee.property))
        ? fieldOf(node.callee.object)
        : undefined;
      if (field !== undefined) for (const value of node.arguments) found.push({ field, value, by: fn, node });
    }
    return true;
  });
  return found;
}

/** `this.sql` of itself and of `this.filters[key]`. */
function fieldOf(node: t.Node): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  if (node.object.type === "ThisExpression" && !node.computed) return `this.${keyName(node.property)}`;
  return node.computed ? fieldOf(node.object) : undefined;
}

/** What a field is made of, wherever the class puts it. */
export function putsInto(node: t.Node, module: Module): readonly t.Node[] {
  const field = fieldOf(node);
  const around = field === undefined ? undefined : kinAround(node, module);
  return around === undefined
    ? []
    : around.kin.puts.flatMap((one) => (one.field === field ? [one.value] : []));
}

/** The method of a name; the constructor, or the function whose prototype has the others. */
export function methodNamed(name: string, { methods }: Kin): FunctionNode | undefined {
  return methods.find((one) => {
    if (one.type === "ClassMethod" || one.type === "ObjectMethod") return keyName(one.key) === name;
    const up = parentOf(one);
    if (up?.type === "ClassProperty") return keyName(up.key) === name;
    const own = up?.type === "AssignmentExpression" ? OF_PROTOTYPE.exec(dotted(up.left) ?? "") : undefined;
    return own === undefined ? name === "constructor" : own?.[2] === name;
  });
}
