import { enclosingFunction } from "../../../parse/ast.ts";
import { calleeName } from "../../kit/nodes.ts";
import { isFirst, privilegeCalls, surroundingText } from "../../kit/privileges.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/supplementary-groups-kept",
  title: "Root's supplementary groups are kept",
  severity: "medium",
  confidence: "high",
  cwe: [271],
  asvs: ["13.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "setgid and setuid leave the supplementary groups alone, so files that root's groups may read stay readable for whoever takes over the app.",
  fix: "Call process.initgroups(user, group), or process.setgroups([]), before setgid.",
  callees: [/^process\.setuid$/],
  visit: {
    CallExpression(node, context) {
      if (calleeName(node) !== "process.setuid") return;
      if (!isFirst(node, privilegeCalls(context.module, enclosingFunction(node), "setuid"))) return;
      if (/\b(?:initgroups|setgroups)\b/.test(surroundingText(context.module, node))) return;
      context.report({
        at: { module: context.module, node },
        message: "Privileges are dropped here without initgroups() or setgroups().",
      });
    },
  },
});
