import { type t, walk } from "../parse/ast.ts";
import type { App } from "./app.ts";
import type { Machine } from "./machine.ts";
import { methodOf } from "./members.ts";
import type { Module } from "./module.ts";
import { unknown, type Fn, type Value } from "./values.ts";

const APP_NAME = /^(?:_?app|application|expressApp|express|server|router|webApp|api)$/;
const APP_TYPE = /^(?:Express|Application|Router|IRouter|Core)$/;

/**
 * Functions that take an app but that nothing in the project was seen to call (a loader reads them from a folder,
 * a framework calls them). They run with a stand-in, so their routes are checked for what is visible there.
 */
export function runOrphans(machine: Machine, modules: readonly Module[]): void {
  for (const module of modules) {
    for (const fn of topFunctions(module)) {
      if (machine.executed.has(fn.node)) continue;
      const index = fn.node.params.findIndex((param) => takesApp(param, fn));
      if (index === -1) continue;
      const stand = standIn(machine, fn);
      machine.call(
        fn,
        fn.node.params.map((_, i) => (i === index ? stand : unknown("a parameter nobody was seen to pass"))),
        fn.self,
      );
    }
  }
}

function standIn(machine: Machine, fn: Fn): Value {
  const made = machine.newApp("router", { module: fn.module, node: fn.node });
  if (made.k === "app") (made.app as { synthetic: App["synthetic"] }).synthetic = true;
  return made;
}

function topFunctions(module: Module): readonly Fn[] {
  const found = new Set<Fn>();
  const add = (value: Value | undefined, depth: number): void => {
    if (value === undefined || depth > 2) return;
    if (value.k === "fn" && value.module === module) found.add(value);
    else if (value.k === "obj") for (const one of value.props.values()) add(one, depth + 1);
    else if (value.k === "class") {
      for (const one of value.node.body.body) {
        if (one.type !== "ClassMethod" || one.key.type !== "Identifier") continue;
        add(
          one.static ? value.statics.get(one.key.name) : methodOf(value, one.key.name, unknown("this")),
          depth + 1,
        );
      }
    }
  };
  for (const value of module.scope?.vars.values() ?? []) add(value, 0);
  for (const value of module.exports.props.values()) add(value, 0);
  add(module.moduleExports, 0);
  return [...found];
}

function takesApp(param: t.Node, fn: Fn): boolean {
  const inner = param.type === "AssignmentPattern" ? param.left : param;
  if (inner.type !== "Identifier") return false;
  if (!APP_NAME.test(inner.name) && !hasAppType(inner)) return false;
  return registers(fn.node.body, inner.name);
}

function hasAppType(param: t.Identifier): boolean {
  const annotation = param.typeAnnotation;
  if (annotation?.type !== "TSTypeAnnotation") return false;
  const type = annotation.typeAnnotation;
  if (type.type !== "TSTypeReference") return false;
  const name =
    type.typeName.type === "Identifier"
      ? type.typeName.name
      : type.typeName.type === "TSQualifiedName"
        ? type.typeName.right.name
        : "";
  return APP_TYPE.test(name);
}

const REGISTERS: ReadonlySet<string> = new Set([
  "use",
  "get",
  "post",
  "put",
  "patch",
  "delete",
  "all",
  "route",
  "set",
  "configure",
]);

function registers(body: t.Node, name: string): boolean {
  let found = false;
  walk(body, (node) => {
    if (found) return false;
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return true;
    const { object, property } = node.callee;
    if (
      object.type === "Identifier" &&
      object.name === name &&
      property.type === "Identifier" &&
      REGISTERS.has(property.name)
    ) {
      found = node.arguments.length > 1 || property.name === "use" || property.name === "route";
    }
    return !found;
  });
  return found;
}
