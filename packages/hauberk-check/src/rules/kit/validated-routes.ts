import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { ancestors, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import { lastName } from "./function-names.ts";
import { callArguments, sourceText } from "./nodes.ts";
import { remembered } from "../../remembered.ts";

const REGISTERS = /^(?:get|post|put|patch|delete|all|use)$/;
export const VALIDATES: RegExp =
  /valid(?!\w{0,20}(?:token|jwt|session|auth|csrf))|schema|celebrate|\bjoi\b|\bzod\b|\bdto\b|sanit|\b(?:check|body|param|query)\s?\(/i;

/**
 * Whether a route that the handler answers has a middleware before it that says by its name that it checks what was sent:
 * `router.post("/people", validate(people.create), controller.create)`.
 */
export function isValidatedRoute(fn: FunctionNode, module: Module, program: Program): boolean {
  const around = parentOf(fn);
  if (around?.type === "CallExpression" && isValidated(around, fn, module)) return true;
  const name = handlerName(fn);
  return name !== undefined && validatedHandlers(program).has(name);
}

/** `create` of `const create = wrap(async (req, res) => ...)`, of a method or of a property. */
export function handlerName(fn: FunctionNode): string | undefined {
  if (fn.type === "ClassMethod" || fn.type === "ObjectMethod") return lastName(fn.key);
  if (fn.type === "FunctionDeclaration") return fn.id?.name;
  for (const up of ancestors(fn)) {
    if (up.type === "VariableDeclarator") return lastName(up.id);
    if (up.type === "AssignmentExpression") return lastName(up.left);
    if (up.type === "ObjectProperty" || up.type === "ClassProperty") return lastName(up.key);
    if (up.type !== "CallExpression") return undefined;
  }
  return undefined;
}

/** The names of the functions that some route gives what was checked before. */
const validatedHandlers = remembered(
  (program: Program): ReadonlySet<string> =>
    new Set(
      program.modules.flatMap((module) =>
        (module.index.get("CallExpression") ?? [])
          .filter(isRoute)
          .flatMap((route) => handlersOfValidated(route, module)),
      ),
    ),
);

const handlersOfValidated = (route: t.CallExpression, module: Module): readonly string[] =>
  route.arguments.flatMap((argument) => {
    const name = lastName(innermost(argument));
    return name !== undefined && isValidated(route, argument, module) ? [name] : [];
  });

export const isRoute = (node: t.Node): node is t.CallExpression =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  REGISTERS.test(lastName(node.callee) ?? "");

/** `controller.create` of `wrap(controller.create)`, of `controller.create.bind(controller)` and of itself. */
export function innermost(argument: t.Node): t.Node {
  if (argument.type !== "CallExpression") return argument;
  const { callee } = argument;
  if (callee.type === "MemberExpression" && lastName(callee) === "bind") return innermost(callee.object);
  const [first] = argument.arguments;
  return first === undefined ? argument : innermost(first);
}

function isValidated(route: t.CallExpression, handler: t.Node, module: Module): boolean {
  if (!isRoute(route)) return false;
  const others = callArguments(route)
    .slice(1)
    .filter((one) => one !== handler);
  return others.some((one) => VALIDATES.test(sourceText(module, one)));
}
