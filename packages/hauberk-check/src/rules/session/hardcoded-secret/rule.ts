import { literalSecrets } from "../../kit/secrets.ts";
import { ALL_SESSIONS, secretOf } from "../../kit/session-cookie.ts";
import { describeSecret } from "../../known-secrets.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/hardcoded-secret",
  title: "The session secret stands in the source",
  severity: "high",
  confidence: "high",
  cwe: [798, 321],
  asvs: ["13.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Everyone who can read the repository, a backup or an image layer can sign session cookies of their own.",
  fix: "Read it from the environment or a vault, refuse to start without it, and replace the one that was published.",
  coversHere: ["session/weak-secret", "secret/hardcoded"],
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      for (const secret of literalSecrets(secretOf(call))) {
        if (secret.isFallback) continue;
        context.report({
          at: secret.site ?? call.site,
          message: `The secret is a literal, ${describeSecret(secret.text)}.`,
          related:
            secret.site === undefined || secret.site.node === call.site.node
              ? []
              : [{ at: call.site, message: "the session that uses it" }],
        });
      }
    },
  },
});
