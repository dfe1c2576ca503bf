import { isDemanded, literalSecrets } from "../../kit/secrets.ts";
import { optionSite } from "../../kit/options.ts";
import { ALL_SESSIONS, secretOf } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/secret-fallback",
  title: "Without its environment variable the app signs sessions with a literal",
  severity: "high",
  confidence: "high",
  cwe: [1188],
  asvs: ["13.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "One forgotten variable in a deployment, and everyone who has read the source can sign in as anyone; nothing looks wrong.",
  fix: "Refuse to start when the variable is not set: `if (!process.env.SESSION_SECRET) throw new Error(...)`.",
  coversHere: ["session/weak-secret", "secret/hardcoded"],
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      for (const secret of literalSecrets(secretOf(call))) {
        if (secret.isFallback && !isDemanded(secretOf(call), context.program))
          context.report({
            at: secret.site ?? call.site,
            message: "This literal is the secret when the environment variable is not set.",
          });
      }
      const at = optionSite(call, "secret");
      if (
        at.node.type === "ObjectProperty" &&
        at.node.value.type === "BinaryExpression" &&
        at.node.value.operator === "|"
      ) {
        context.report({
          at,
          message: "`|` is the bitwise operator: the secret is always the number 0.",
          fix: "Use ?? or ||, or better, refuse to start without the variable.",
        });
      }
    },
  },
});
