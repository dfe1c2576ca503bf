import { annotationOf, type t, walk } from "../parse/ast.ts";
import type { App } from "./app.ts";
import type { Machine } from "./machine.ts";
import { methodOf } from "./members.ts";
import type { Module } from "./module.ts";
import { unknown, type Fn, type Value } from "./values.ts";

const APP_NAME = /^(?:_?app|application|expressApp|express|server|router|webApp|api)$/;
const APP_TYPE = /^(?:Express|Application|Router|IRouter|Core)$/;

/**
 * Functions that set up an app but that nothing in the project was seen to call: a loader reads them from a folder, a
 * framework or the package's users call them. Where one takes an app it gets a stand-in, so that its routes are checked
 * for what is visible there; where one makes the app itself, that app is as real as any.
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
  for (const module of modules) {
    // Outermost first: `start()` that calls `createApp()` must not find it done.
    for (const fn of topFunctions(module).toReversed()) {
      if (!machine.executed.has(fn.node) && setsUp(fn)) machine.call(fn, unseen(fn), fn.self);
    }
  }
}

const unseen = (fn: Fn): readonly Value[] =>
  fn.node.params.map(() => unknown("a parameter nobody was seen to pass"));

const SET_UP = /\bexpress\s*\(|\.use\s*\(|\.listen\s*\(/;

/** Whether a function looks like set-up code rather than like a request handler or a helper. */
function setsUp(fn: Fn): boolean {
  const names = fn.node.params.map((param) => (param.type === "Identifier" ? param.name : ""));
  if (names.some((name) => /^_?(?:req|request|res|response|ctx|next)$/.test(name))) return false;
  return SET_UP.test(fn.module.text.slice(fn.node.start ?? 0, fn.node.end ?? 0));
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
  const type = annotationOf(param);
  if (type?.type !== "TSTypeReference") return false;
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
