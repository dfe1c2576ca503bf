import { handlerAround } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "jwt/decode-not-verify",
  title: "A token is believed without checking its signature",
  severity: "critical",
  confidence: "medium",
  cwe: [347],
  asvs: ["9.1.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "decode() only reads: anyone can write a token that says they are anyone.",
  fix: "Use verify() with the key and pinned algorithms.",
  call: {
    names: ["jsonwebtoken.decode", "jwt-decode", "jwt-decode.jwtDecode", "jose.decodeJwt"],
    run(call, context) {
      const { module, node } = call.site;
      if (handlerAround(node) === undefined || /\bverify\w*\s*\(|jwtVerify/.test(module.text)) return;
      context.report({
        at: call.site,
        message: "The token of a request is decoded, and nothing in this file verifies it.",
      });
    },
  },
});
