import { checkSink } from "../../kit/sinks.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "inject/command",
  title: "Request data is run as a shell command",
  severity: "critical",
  confidence: "high",
  cwe: [78],
  asvs: ["1.2.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "`; rm -rf` and everything else a shell knows comes along with the value.",
  fix: "Use execFile() with a list of arguments, and check the value against what it may be.",
  visit: {
    CallExpression(node, context) {
      checkSink(
        node,
        context,
        [{ callee: /(?:^|\.)(?:exec|execSync|spawnSync|spawn)$/, needs: /child_process|shelljs|execa/ }],
        (_argument, _handler, source) => {
          context.report({
            at: { module: context.module, node },
            message: `req.${source} is part of the command.`,
          });
        },
      );
    },
  },
});
