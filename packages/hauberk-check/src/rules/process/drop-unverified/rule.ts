import { enclosingFunction } from "../../../parse/ast.ts";
import { calleeName } from "../../kit/nodes.ts";
import { isFirst, privilegeCalls, surroundingText } from "../../kit/privileges.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/drop-unverified",
  title: "Nobody checks that root was really given up",
  severity: "low",
  confidence: "high",
  cwe: [273],
  asvs: ["13.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A drop that is skipped, caught or only partly done leaves the app serving as root with nobody noticing.",
  fix: "After the drop, exit when process.getuid() or process.getgid() is still 0.",
  callees: [/^process\.setuid$/],
  visit: {
    CallExpression(node, context) {
      if (calleeName(node) !== "process.setuid") return;
      const all = privilegeCalls(context.module, enclosingFunction(node), "setuid");
      if (!isFirst(node, all)) return;
      const text = surroundingText(context.module, node);
      const after = text.slice(text.indexOf("process.setuid("));
      if (/process\.get(?:e?uid|e?gid)\b/.test(after)) return;
      context.report({
        at: { module: context.module, node },
        message: "The user id is not read back after process.setuid().",
      });
    },
  },
});
