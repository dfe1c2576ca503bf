import { boundNames, type t } from "../parse/ast.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { unknown } from "./values.ts";

/** `export const a = ...`, once the declaration has run. */
export function exportDeclared(declaration: t.Declaration, scope: Scope): void {
  for (const name of declaredNames(declaration))
    scope.module.exports.props.set(name, scope.lookup(name) ?? unknown(name));
}

function declaredNames(node: t.Statement): readonly string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap((one) => boundNames(one.id));
  return "id" in node && node.id && node.id.type === "Identifier" ? [node.id.name] : [];
}

export function exportDefault(machine: Machine, node: t.ExportDefaultDeclaration, scope: Scope): void {
  const { declaration } = node;
  const value = machine.evaluate(declaration, scope);
  if (
    (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") &&
    declaration.id
  ) {
    scope.declare(declaration.id.name, value);
  }
  scope.module.exports.props.set("default", value);
}
