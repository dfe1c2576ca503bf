import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { isFunction, type FunctionNode, type t } from "../../parse/ast.ts";

/** The function that stands there, or that a name there stands for. */
export function functionGiven(given: t.Node, module: Module, program: Program): FunctionNode | undefined {
  if (isFunction(given)) return given;
  if (given.type !== "Identifier" && given.type !== "MemberExpression") return undefined;
  const value = program.valueAt(module, given);
  return value.k === "fn" ? value.node : undefined;
}
