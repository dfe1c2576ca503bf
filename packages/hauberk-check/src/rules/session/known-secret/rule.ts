import { literalSecrets, measuredSecrets } from "../../kit/secrets.ts";
import { ALL_SESSIONS, secretOf } from "../../kit/session-cookie.ts";
import { isKnownSecret } from "../../known-secrets.ts";
import { optionsOf } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const PARSERS: readonly string[] = ["cookie-parser", "express.cookieParser", "connect.cookieParser"];

export const rule: Rule = defineRule({
  id: "session/known-secret",
  title: "The session secret is one from a tutorial",
  severity: "critical",
  confidence: "high",
  cwe: [1392],
  asvs: ["13.3.1"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Lists of such secrets are the first thing attackers try; with the right one they sign a session cookie for any user.",
  fix: "Replace it now with 32 random bytes from the environment (`openssl rand -base64 32`); all sessions become invalid, which is the point.",
  coversHere: [
    "session/hardcoded-secret",
    "session/secret-fallback",
    "session/weak-secret",
    "secret/hardcoded",
  ],
  call: {
    names: [...ALL_SESSIONS, ...PARSERS],
    run(call, context) {
      const value = PARSERS.includes(call.name) ? optionsOf(call) : secretOf(call);
      for (const secret of literalSecrets(value)) {
        if (!isKnownSecret(secret.text)) continue;
        const when = secret.isFallback ? " whenever the environment variable is not set" : "";
        context.report({
          at: secret.site ?? call.site,
          message: `This secret is on the list of published ones${when === "" ? "." : `, and is used${when}.`}`,
        });
      }
      if (measuredSecrets(value).some((one) => one.known))
        context.report({
          at: call.site,
          message: "The running app signs with a secret that is on the list of published ones.",
        });
    },
  },
  live({ facts, report }) {
    const answer = facts.answers.find((one) => one.cookies.some((cookie) => cookie.knownSecret));
    if (answer !== undefined)
      report({
        url: answer.url,
        message:
          "The signature of the session cookie was made with a secret that is on the list of published ones.",
      });
  },
});
