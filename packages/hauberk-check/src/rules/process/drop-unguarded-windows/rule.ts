import { enclosingFunction } from "../../../parse/ast.ts";
import { calleeName } from "../../kit/nodes.ts";
import { isFirst, privilegeCalls, surroundingText } from "../../kit/privileges.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/drop-unguarded-windows",
  title: "process.setuid() is called without asking whether it exists",
  severity: "low",
  confidence: "high",
  cwe: [703],
  asvs: [],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The function does not exist on Windows and in worker threads: the app throws right after it began to listen, and keeps serving with whatever it has if that is caught.",
  fix: "Call it inside `if (process.setuid && process.getuid() === 0) { ... }`.",
  callees: [/^process\.setuid$/],
  visit: {
    CallExpression(node, context) {
      if (calleeName(node) !== "process.setuid") return;
      if (!isFirst(node, privilegeCalls(context.module, enclosingFunction(node), "setuid"))) return;
      const text = surroundingText(context.module, node);
      if (
        /!\s*process\.[gs]et\w*id\b(?!\s*\()|process\.set[ug]id\s*(?:&&|\)|!==?|===?|\?)|process\.gete?uid\s*(?:&&|\?)|typeof process\.\w+id|platform|['"]set[ug]id['"]\s+in\b|isMainThread/.test(
          text,
        )
      )
        return;
      context.report({
        at: { module: context.module, node },
        message: "process.setuid() is called on every platform.",
      });
    },
  },
});
