import { alternatives } from "../../model/alternatives.ts";
import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Site } from "../../model/values.ts";
import { isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import { onlyPieceOf } from "./built-values.ts";
import { keyName, type HandlerNames } from "./nodes.ts";
import { returnedValues, type GivenBy, type Returned } from "./returned-values.ts";

/**
 * `build(req.query.table)()` and `const query = build(req.query.table); query.text()`: what a function gives back that another one has
 * made, and that still knows what that one was given.
 */
export function returnedByClosure(
  { node, module }: Site,
  handler: HandlerNames,
  program: Program,
  givenBy: GivenBy,
): readonly Returned[] {
  const { maker, name } = makerOf(node, handler);
  if (maker === undefined) return [];
  const made = { module, node: maker };
  return alternatives(program.valueAt(module, maker.callee)).flatMap((outer) => {
    if (outer.k !== "fn" || outer.node.generator === true || outer.node.async) return [];
    const inner = returnedValues(outer.node).flatMap((one) => functionIn(one, name));
    if (inner.length === 0) return [];
    const given = givenBy(outer.node, made, program);
    return given.size === 0
      ? []
      : inner.flatMap((fn) => ofInner(fn, { fn: outer.node, given, made }, outer.module));
  });
}

interface Made {
  readonly fn: FunctionNode;
  readonly given: NonNullable<HandlerNames["given"]>;
  readonly made: Site;
}

const ofInner = (inner: FunctionNode, { fn, given, made }: Made, module: Module): readonly Returned[] =>
  returnedValues(inner).map((value) => ({
    value,
    handler: { fn, req: "", res: "", given, from: [made] },
    module,
  }));

/** The call that has made what is called, and which of its methods is. */
function makerOf(
  node: t.Node,
  handler: HandlerNames,
): { readonly maker?: t.CallExpression; readonly name?: string } {
  if (node.type !== "CallExpression") return {};
  const { callee } = node;
  const isMethod = callee.type === "MemberExpression" && !callee.computed;
  const holder = isMethod ? callee.object : callee;
  const maker = holder.type === "Identifier" ? onlyPieceOf(holder.name, handler) : holder;
  if (maker?.type !== "CallExpression" || maker.arguments.length === 0) return {};
  return isMethod ? { maker, name: keyName(callee.property) } : { maker };
}

/** The function that is given back, or that of its methods. */
function functionIn(given: t.Node, name: string | undefined): readonly FunctionNode[] {
  if (name === undefined) return isFunction(given) ? [given] : [];
  if (given.type !== "ObjectExpression") return [];
  return given.properties.flatMap((one) => {
    if (one.type === "SpreadElement" || keyName(one.key) !== name) return [];
    const value = one.type === "ObjectProperty" ? one.value : one;
    return isFunction(value) ? [value] : [];
  });
}
