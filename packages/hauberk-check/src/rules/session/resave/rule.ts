import { judge, option, optionSite, optionsOf, setFlag } from "../../kit/options.ts";
import { readable } from "../../kit/session-cookie.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/resave",
  title: "A slow request brings a session back",
  severity: "low",
  confidence: "high",
  cwe: [613, 362],
  asvs: ["7.4.1"],
  lenses: ["source", "stack"],
  express: [4, 5],
  why: "Every request writes its session when it ends, as it was when it began: one that is answered after the logout stores the session anew, and the cookie is good again; what others wrote meanwhile is lost.",
  fix: "Set `resave: false`; a store that wants to hear of unchanged sessions has `touch`.",
  call: {
    names: ["express-session"],
    run(call, context) {
      if (!readable(call, context)) return;
      // Who leaves it out is warned by express-session itself, at every start.
      if (judge(option(call, "resave"), (v) => v !== true) !== "bad") return;
      context.report({
        at: optionSite(call, "resave"),
        message: "`resave` is on.",
        edits: setFlag(optionsOf(call), "resave", "false"),
      });
    },
  },
});
