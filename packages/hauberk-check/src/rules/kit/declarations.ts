import { walk, type FunctionNode, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";

/** What the variables in a function are given where they are declared, those of functions in it included. */
export const declaredIn: (fn: FunctionNode) => ReadonlyMap<string, t.Node> = remembered((fn) => {
  const found = new Map<string, t.Node>();
  walk(fn.body, (one) => {
    if (one.type === "VariableDeclarator" && one.id.type === "Identifier" && one.init)
      found.set(one.id.name, one.init);
  });
  return found;
});
