import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Class } from "../../model/values.ts";
import { ancestors, annotationOf, isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import { keyName } from "./nodes.ts";

/** As far as classes extend each other. */
const MAX_PARENTS = 4;

/**
 * The method that `this.users.search(...)` calls where a container makes the instance: the class says of what type `users` is
 * (`constructor(private readonly users: UsersService)`, `@Inject() users: UsersService`).
 */
export function injectedMethod(callee: t.Node, module: Module, program: Program): FunctionNode | undefined {
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const { object } = callee;
  if (object.type !== "MemberExpression" || object.computed || object.object.type !== "ThisExpression")
    return undefined;
  const type = typeOfField(keyName(object.property), callee);
  if (type === undefined) return undefined;
  const value = program.valueAt(module, type);
  return value.k === "class" ? methodIn(value, keyName(callee.property)) : undefined;
}

export function typeOfField(name: string, node: t.Node): t.Identifier | undefined {
  const body = ancestors(node).find((up) => up.type === "ClassBody");
  if (body?.type !== "ClassBody" || name === "") return undefined;
  for (const one of body.body) {
    if (one.type === "ClassProperty" && keyName(one.key) === name) return typeNamed(one);
    if (one.type !== "ClassMethod" || one.kind !== "constructor") continue;
    for (const param of one.params) {
      const inner = param.type === "TSParameterProperty" ? param.parameter : param;
      const own = inner.type === "AssignmentPattern" ? inner.left : inner;
      if (own.type === "Identifier" && own.name === name) return typeNamed(own);
    }
  }
  return undefined;
}

function typeNamed(node: t.ClassProperty | t.Identifier): t.Identifier | undefined {
  const type = annotationOf(node);
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" ? type.typeName : undefined;
}

function methodIn(cls: Class, name: string, depth = 0): FunctionNode | undefined {
  const own = cls.node.body.body.find(
    (one) => one.type === "ClassMethod" && one.kind === "method" && keyName(one.key) === name,
  );
  if (own !== undefined && isFunction(own)) return own;
  return cls.parent?.k === "class" && depth < MAX_PARENTS ? methodIn(cls.parent, name, depth + 1) : undefined;
}
