import { inProduction } from "../../model/alternatives.ts";
import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { isKnown } from "../../model/values.ts";
import { ancestors, type t } from "../../parse/ast.ts";

/** Whether a condition around it, decided by NODE_ENV, keeps production from ever coming by: `if (isDev) { ... }`. */
export function isNeverInProduction(node: t.Node, module: Module, program: Program): boolean {
  let inner = node;
  for (const up of ancestors(node)) {
    if ((up.type === "IfStatement" || up.type === "ConditionalExpression") && inner !== up.test) {
      const met = inProduction(program.valueAt(module, up.test));
      if (isKnown(met, up.consequent !== inner)) return true;
    }
    inner = up;
  }
  return false;
}
