import type { t } from "../parse/ast.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import type { Module } from "./module.ts";

/** `@Get("find")`: where it comes from, what it is called there, and what it is given. */
export interface Decorator {
  readonly from: string;
  readonly name: string;
  readonly args: readonly t.Node[];
  readonly module: Module;
  readonly node: t.Node;
}

/** The decorators of a class, a method or a parameter that packages export: `@Query("name")`, `@common.Query()`. */
export function decoratorsOf(machine: Machine, node: t.Node, module: Module): readonly Decorator[] {
  const decorators = "decorators" in node ? (node.decorators ?? []) : [];
  return decorators.flatMap(({ expression }) => {
    const isCalled = expression.type === "CallExpression";
    const callee = isCalled ? expression.callee : expression;
    const value = machine.evaluate(callee, new LexicalScope(machine, module, callee));
    return value.k === "pkg"
      ? [
          {
            from: value.name,
            name: value.path.at(-1) ?? "",
            args: isCalled ? expression.arguments : [],
            module,
            node: expression,
          },
        ]
      : [];
  });
}

/** What all its decorators are called, those of the project's own among them: `@Public()`, `@auth.Public`. */
export function decoratorNames(node: t.Node): readonly string[] {
  const decorators = "decorators" in node ? (node.decorators ?? []) : [];
  return decorators.flatMap(({ expression }) => {
    const callee = expression.type === "CallExpression" ? expression.callee : expression;
    if (callee.type === "Identifier") return [callee.name];
    return callee.type === "MemberExpression" && callee.property.type === "Identifier"
      ? [callee.property.name]
      : [];
  });
}
