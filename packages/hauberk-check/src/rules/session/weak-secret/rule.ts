import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { literalSecrets, measuredSecrets } from "../../kit/secrets.ts";
import { ALL_SESSIONS, secretOf } from "../../kit/session-cookie.ts";
import { describeSecret, distinctCharacters, isKnownSecret } from "../../known-secrets.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/weak-secret",
  title: "The session secret can be guessed",
  severity: "medium",
  confidence: "high",
  cwe: [326],
  asvs: ["11.2.3"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Anyone with one cookie of their own can try secrets offline, billions a second, until one fits.",
  fix: "Use 32 random bytes: `openssl rand -base64 32`.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      // Without a signature there is nothing to guess.
      if (call.name === "cookie-session" && isKnown(option(call, "signed"), false)) {
        context.report({
          at: optionSite(call, "signed"),
          severity: "high",
          message: "`signed` is off: whoever has a cookie writes a session of their own.",
          fix: "Leave `signed` out, and give `keys`.",
        });
        return;
      }
      for (const secret of literalSecrets(secretOf(call))) {
        if (isKnownSecret(secret.text) || !isWeak(secret.text.length, distinctCharacters(secret.text)))
          continue;
        context.report({
          at: secret.site ?? call.site,
          message: `The secret is ${describeSecret(secret.text)}, with ${String(distinctCharacters(secret.text))} different characters.`,
        });
      }
      for (const secret of measuredSecrets(secretOf(call))) {
        if (secret.known || !(secret.length < 32 || secret.distinct < 10)) continue;
        context.report({
          at: call.site,
          message: `The running app signs with a secret of ${String(secret.length)} bytes and ${String(secret.distinct)} different characters.`,
        });
      }
    },
  },
});

/** A literal gets some grace: its real fault is that it is a literal. */
const isWeak = (length: number, distinct: number): boolean => length < 16 || distinct < 8;
