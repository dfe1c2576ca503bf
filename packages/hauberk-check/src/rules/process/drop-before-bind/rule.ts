import { ancestors, enclosingFunction, isFunction, type Node } from "../../../parse/ast.ts";
import type { Module } from "../../../model/module.ts";
import { calleeName } from "../../kit/nodes.ts";
import { isFirst, privilegeCalls } from "../../kit/privileges.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/drop-before-bind",
  title: "Root is given up before the port is bound",
  severity: "medium",
  confidence: "high",
  cwe: [696],
  asvs: ["13.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "listen() binds later than it returns. Dropping root beside it makes the bind of a low port fail, and the usual answer to that is to keep root.",
  fix: "Drop inside the callback of listen(), when the port is bound.",
  callees: [/^process\.setuid$/],
  visit: {
    CallExpression(node, context) {
      if (calleeName(node) !== "process.setuid") return;
      const inside = enclosingFunction(node);
      if (
        !isFirst(node, privilegeCalls(context.module, inside, "setuid")) ||
        isListenCallback(inside, context.module)
      )
        return;
      const listen = (context.module.index.get("CallExpression") ?? []).find(
        (one) => isListen(one) && enclosingFunction(one) === inside,
      );
      if (listen === undefined) return;
      context.report({
        at: { module: context.module, node },
        message: `process.setuid() runs beside listen() (line ${String(context.module.lines.at(listen.start ?? 0).line)}), not in its callback.`,
      });
    },
  },
});

function isListen(node: Node): boolean {
  return (
    (calleeName(node) ?? "").endsWith(".listen") ||
    (node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.property.type === "Identifier" &&
      node.callee.property.name === "listen")
  );
}

function isListenCallback(fn: ReturnType<typeof enclosingFunction>, module: Module): boolean {
  if (fn === undefined) return false;
  for (const up of ancestors(fn)) {
    if (isFunction(up)) break;
    if (up.type === "CallExpression" && (isListen(up) || /\.(?:on|once)$/.test(calleeName(up) ?? "")))
      return true;
  }
  const name = "id" in fn && fn.id ? fn.id.name : undefined;
  return (
    name !== undefined && new RegExp(String.raw`(?:listen|on|once)\s*\([^)]*\b${name}\b`).test(module.text)
  );
}
