import { enclosingFunction } from "../../../parse/ast.ts";
import { calleeName } from "../../kit/nodes.ts";
import { isFirst, privilegeCalls } from "../../kit/privileges.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/drop-order",
  title: "The user is given up before the group",
  severity: "high",
  confidence: "high",
  cwe: [696, 273],
  asvs: ["13.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Once the user id has changed, the process may no longer change its group: setgid fails, or is never reached, and the app keeps root's group.",
  fix: "Call process.setgid(group) first, then process.setuid(user).",
  callees: [/^process\.setuid$/],
  visit: {
    CallExpression(node, context) {
      if (calleeName(node) !== "process.setuid") return;
      const inside = enclosingFunction(node);
      const users = privilegeCalls(context.module, inside, "setuid");
      const groups = privilegeCalls(context.module, inside, "setgid");
      if (!isFirst(node, users) || groups.some((one) => (one.start ?? 0) < (node.start ?? 0))) return;
      const [late] = groups;
      const message =
        late === undefined
          ? "process.setuid() is called here, but the group is never given up."
          : `process.setuid() is called before process.setgid() (line ${String(context.module.lines.at(late.start ?? 0).line)}).`;
      context.report({ at: { module: context.module, node }, message });
    },
  },
});
