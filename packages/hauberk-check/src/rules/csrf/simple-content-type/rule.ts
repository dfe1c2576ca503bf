import { literals, option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { sourceText } from "../../kit/nodes.ts";

const KEEPS =
  /express-session|cookie-session|cookie-parser|client-sessions|express\.(?:session|cookieParser|cookieSession)|req(?:uest)?\??\.(?:session|cookies|signedCookies)\b/;

export const rule: Rule = defineRule({
  id: "csrf/simple-content-type",
  title: "JSON is accepted under a type any site may send",
  severity: "medium",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A form on another site can send text/plain without asking the browser's CORS check, and its body may well be JSON.",
  fix: "Leave `type` out: only application/json is parsed then.",
  call: {
    names: ["express.json", "body-parser.json"],
    run(call, context) {
      // Nothing goes along with a forged request where nothing is kept in cookies.
      if (context.program.mention(KEEPS) === undefined) return;
      const type = option(call, "type");
      const loose = literals(type).find((one) =>
        /^(?:\*\/\*|text\/\*|text\/plain|text|\*|application\/x-www-form-urlencoded)$/.test(one.text),
      );
      const always =
        type.k === "fn" && /=>\s*true\s*$|return true;?\s*\}$/.test(sourceText(type.module, type.node));
      if (loose !== undefined || always)
        context.report({
          at: optionSite(call, "type"),
          message: `JSON is parsed for ${loose === undefined ? "every type" : loose.text}.`,
        });
    },
  },
});
