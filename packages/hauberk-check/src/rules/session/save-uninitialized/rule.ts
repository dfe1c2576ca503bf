import { judge, option, optionSite, optionsOf, setFlag } from "../../kit/options.ts";
import { readable } from "../../kit/session-cookie.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/save-uninitialized",
  title: "Every visitor gets a stored session",
  severity: "low",
  confidence: "high",
  cwe: [400],
  asvs: ["7.6.2"],
  lenses: ["source", "stack"],
  express: [4, 5],
  why: "Each request without a cookie writes a session to the store, so anyone can fill it; and a cookie is set before anybody agreed to one.",
  fix: "Set `saveUninitialized: false`.",
  call: {
    names: ["express-session"],
    run(call, context) {
      if (!readable(call, context)) return;
      const verdict = judge(option(call, "saveUninitialized"), (v) => v === false || v === 0);
      if (verdict === "bad") {
        context.report({
          at: optionSite(call, "saveUninitialized"),
          message: "`saveUninitialized` is not false.",
          edits: setFlag(optionsOf(call), "saveUninitialized", "false"),
        });
      }
    },
  },
});
