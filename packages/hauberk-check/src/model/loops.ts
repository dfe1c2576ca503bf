import { ancestors, isFunction, type FunctionNode, type t } from "../parse/ast.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { Scope } from "./scope.ts";
import { prim, type Fn, type Value } from "./values.ts";

const MAX_ROUNDS = 50;

interface Loop {
  readonly pattern: t.Node;
  readonly list: t.Node;
  readonly overKeys: boolean;
}

/**
 * The scopes a node inside a handler runs in: one for each element where a loop over a known list stands around it
 * (`for (const [name, value] of HEADERS) res.setHeader(name, value)`), otherwise the one it stands in.
 */
export function scopesAt(machine: Machine, fn: Fn, node: t.Node): readonly Scope[] {
  const plain = new LexicalScope(machine, fn.module, node, fn);
  const loop = loopAround(node, fn.node);
  if (loop === undefined) return [plain];
  const items = itemsOf(
    machine.evaluate(loop.list, new LexicalScope(machine, fn.module, loop.list, fn)),
    loop,
  );
  if (items === undefined) return [plain];
  return items.slice(0, MAX_ROUNDS).map((item) => {
    const scope = new Scope(fn.module, plain, 0);
    machine.bind(loop.pattern, item, scope);
    return scope;
  });
}

function itemsOf(list: Value, { overKeys }: Loop): readonly Value[] | undefined {
  if (overKeys)
    return list.k === "obj" && !list.open ? [...list.props.keys()].map((one) => prim(one)) : undefined;
  return list.k === "arr" && !list.open ? list.items : undefined;
}

function loopAround(node: t.Node, fn: FunctionNode): Loop | undefined {
  for (const up of ancestors(node)) {
    if (up === fn) return undefined;
    if (up.type === "ForOfStatement" || up.type === "ForInStatement") {
      const pattern = up.left.type === "VariableDeclaration" ? up.left.declarations[0]?.id : undefined;
      return pattern === undefined
        ? undefined
        : { pattern, list: up.right, overKeys: up.type === "ForInStatement" };
    }
    if (isFunction(up)) return eachOf(up);
  }
  return undefined;
}

/** `list.forEach((element) => ...)` */
function eachOf(callback: t.Node & { readonly parent?: t.Node }): Loop | undefined {
  const call = callback.parent;
  if (call?.type !== "CallExpression" || call.arguments[0] !== callback) return undefined;
  const { callee } = call;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  const pattern = isFunction(callback) ? callback.params[0] : undefined;
  return callee.property.name !== "forEach" || pattern === undefined
    ? undefined
    : { pattern, list: callee.object, overKeys: false };
}
