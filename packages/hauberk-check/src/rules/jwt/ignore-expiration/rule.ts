import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const POSITIONS: Readonly<Record<string, number>> = { "jsonwebtoken.verify": 2 };

export const rule: Rule = defineRule({
  id: "jwt/ignore-expiration",
  title: "Expired tokens are accepted",
  severity: "medium",
  confidence: "high",
  cwe: [613],
  asvs: ["9.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A token that leaked once is good for ever.",
  fix: "Remove `ignoreExpiration`, and give tokens a short life.",
  call: {
    names: ["jsonwebtoken.verify", "express-jwt", "express-jwt.expressjwt", "passport-jwt.Strategy"],
    run(call, context) {
      const at = POSITIONS[call.name] ?? 0;
      if (isKnown(option(call, "ignoreExpiration", at), true))
        context.report({
          at: optionSite(call, "ignoreExpiration", at),
          message: "`ignoreExpiration` is on.",
        });
    },
  },
});
