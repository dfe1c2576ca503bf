import { csrfAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const SENT: Readonly<Record<string, string>> = {
  missing: "no token",
  "made-up": "a made-up token",
  "another visitor's": "the token of another visitor",
};

export const rule: Rule = defineRule({
  id: "csrf/cross-origin-accepted",
  title: "The running app processes a request another site started",
  severity: "high",
  confidence: "medium",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  confirms: "csrf/missing",
  against: csrfAgainst,
  why: "A POST with a foreign Origin, and without the visitor's own token, was answered like one of the app's own.",
  fix: "Refuse unsafe requests whose Sec-Fetch-Site or Origin is foreign, before the body is read.",
  example: {
    faulty: "POST /transfer\nOrigin: https://evil.example\nCookie: sid=...\n\n302 /account",
    fixed: "POST /transfer\nOrigin: https://evil.example\nCookie: sid=...\n\n403",
  },
  live({ facts, report }) {
    for (const one of facts.crossOrigin) {
      report({
        url: one.url,
        message: `POST as ${one.contentType} with a foreign Origin, ${SENT[one.token] ?? ""}: ${String(one.status)}, like the app's own page.`,
      });
    }
  },
});
