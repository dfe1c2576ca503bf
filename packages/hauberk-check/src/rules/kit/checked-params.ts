import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { isFunction, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import { lastName } from "./function-names.ts";
import { sourceText } from "./nodes.ts";

/**
 * Whether every parameter of the path in this text is one that `app.param("name", check)` has looked at: Express calls that
 * before any handler of a route with such a parameter.
 */
export function areCheckedParams(text: string, program: Program): boolean {
  const names = [...text.matchAll(/\bparams(?:\??\.(\w+)|\[["'](\w+)["']\])/g)].map(
    (one) => one[1] ?? one[2] ?? "",
  );
  return names.length > 0 && names.every((name) => checkedParams(program).has(name));
}

const checkedParams = remembered(
  (program: Program): ReadonlySet<string> =>
    new Set(
      program.modules.flatMap((module) =>
        (module.index.get("CallExpression") ?? []).flatMap((node) => checkedBy(node, module)),
      ),
    ),
);

function checkedBy(node: t.Node, module: Module): readonly string[] {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return [];
  const [name, check] = node.arguments;
  return lastName(node.callee) === "param" &&
    name?.type === "StringLiteral" &&
    check !== undefined &&
    refuses(check, module)
    ? [name.value]
    : [];
}

/** A function that says no to some values, or one whose name says that it looks. */
function refuses(check: t.Node, module: Module): boolean {
  if (isFunction(check))
    return /\bnext\s*\(\s*[^)\s]|\bthrow\b|\bsendStatus\(\s*4|\bstatus\(\s*4/.test(sourceText(module, check));
  return /valid|check|verify|sanit|allow|ensure|assert/i.test(lastName(check) ?? "");
}
