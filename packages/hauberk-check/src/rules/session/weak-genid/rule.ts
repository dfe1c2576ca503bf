import { option, optionSite } from "../../kit/options.ts";
import { sourceText } from "../../kit/nodes.ts";
import { SESSION } from "../../kit/names.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/weak-genid",
  title: "Session ids can be predicted",
  severity: "high",
  confidence: "high",
  cwe: [330],
  asvs: ["7.2.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Times, counters and Math.random() can be worked out from a few ids of one's own; the next one belongs to somebody else.",
  fix: "Leave `genid` out; the default uses 24 random bytes.",
  call: {
    names: SESSION,
    run(call, context) {
      const genid = option(call, "genid");
      if (genid.k !== "fn") return;
      const text = sourceText(genid.module, genid.node);
      if (
        !/Math\.random|Date\.now|new Date|getTime|hrtime|\+\+/.test(text) ||
        /randomBytes|randomUUID|getRandomValues|\buuid|nanoid|uid\(/i.test(text)
      )
        return;
      context.report({
        at: optionSite(call, "genid"),
        message: "`genid` makes ids from the time, a counter or Math.random().",
      });
    },
  },
});
