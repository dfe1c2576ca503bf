import { alternatives } from "../../model/alternatives.ts";
import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { rootPackage, type Site, type Value } from "../../model/values.ts";
import { constructorOf, parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import { functionsNamed, lastName, namesOf } from "./function-names.ts";
import { injectedMethod } from "./injected.ts";
import { callArguments } from "./nodes.ts";
import { remembered } from "../../remembered.ts";

/** A function that more places than these call is a tool of the whole project, and looking at each call costs too much. */
const MAX_CALLS = 60;

/** The calls of a function, in whatever file they stand, as far as it is certain that they call this one. */
export function callersOf(fn: FunctionNode, module: Module, program: Program): readonly Site[] {
  const names = namesOf(fn, module, program);
  const lists = names.map((name) => callsByName(program).get(name) ?? []);
  // Where names have one letter, each of thousands of functions would put all calls of the file together first.
  if (lists.some((one) => one.length > MAX_CALLS)) return [];
  const calls = [...new Set(lists.flat())];
  if (calls.length > MAX_CALLS) return [];
  return calls.filter((call) => isCallOf(call, fn, program));
}

/** Calls that hand over something that is not written there itself, by the last name of what they call. */
const callsByName = remembered(collectCalls);

function collectCalls(program: Program): ReadonlyMap<string, readonly Site[]> {
  const found = new Map<string, Site[]>();
  for (const module of program.modules)
    for (const type of ["CallExpression", "OptionalCallExpression", "NewExpression"])
      for (const node of module.index.get(type) ?? []) {
        const name = handsOver(node) ? lastName(node.callee) : undefined;
        if (name === undefined) continue;
        const others = found.get(name);
        if (others === undefined) found.set(name, [{ module, node }]);
        else others.push({ module, node });
      }
  return found;
}

const WRITTEN: ReadonlySet<string> = new Set([
  "StringLiteral",
  "NumericLiteral",
  "BooleanLiteral",
  "NullLiteral",
  "ArrowFunctionExpression",
  "FunctionExpression",
]);

const handsOver = (node: t.Node): node is t.CallExpression | t.OptionalCallExpression | t.NewExpression =>
  callArguments(node).some((one) => !WRITTEN.has(one.type));

function isCallOf({ module, node }: Site, fn: FunctionNode, program: Program): boolean {
  if (node.type === "NewExpression")
    return alternatives(program.valueAt(module, node.callee)).some((one) => runBy(one) === fn);
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return false;
  const injected = injectedMethod(node.callee, module, program);
  if (injected !== undefined) return injected === fn;
  const value = program.valueAt(module, node.callee);
  return alternatives(value).some((one) =>
    one.k === "fn" ? one.node === fn : isUnseen(one, fn) && isTheOnlyOne(fn, node, program),
  );
}

/** What runs for `new Report(from, to)`: the constructor of the class, or of the one it extends. */
function runBy(made: Value): FunctionNode | undefined {
  if (made.k === "fn") return made.node;
  if (made.k !== "class") return undefined;
  return constructorOf(made.node) ?? (made.parent?.k === "class" ? runBy(made.parent) : undefined);
}

/** Nobody knows what is called: `req.app.locals.users.findByMail(...)`. The model of a package takes methods of the project's. */
function isUnseen(value: Value, fn: FunctionNode): boolean {
  if (value.k !== "unknown" && value.k !== "member") return false;
  return rootPackage(value) === undefined || isMethodOfModel(fn);
}

/** `schema.statics.findByMail = function (mail) { ... }`. */
function isMethodOfModel(fn: FunctionNode): boolean {
  const holder = parentOf(fn);
  return (
    holder?.type === "AssignmentExpression" &&
    holder.left.type === "MemberExpression" &&
    /^(?:statics|methods)$/.test(lastName(holder.left.object) ?? "")
  );
}

/** The project has one function of this name, and it is a name that no package is likely to have. */
function isTheOnlyOne(
  fn: FunctionNode,
  node: t.CallExpression | t.OptionalCallExpression,
  program: Program,
): boolean {
  const name = lastName(node.callee);
  return (
    node.callee.type !== "Identifier" &&
    name !== undefined &&
    /[a-z][A-Z]/.test(name) &&
    !OF_PACKAGES.test(name) &&
    functionsNamed(program).get(name) === 1 &&
    fn.params.length >= 1
  );
}

const OF_PACKAGES =
  /^(?:find|create|update|delete|insert|count|query|execute|get|set|read|write|add|remove)(?:One|All|Many|By(?:Id|Pk)?|AndUpdate|AndDelete|First|Unique|OrCreate|File|Stream|Item|Sync|AndCountAll)*$/;
