import { sessionCookies } from "../../kit/live-cookies.ts";
import { judge, option, optionSite } from "../../kit/options.ts";
import { ALL_SESSIONS, flagPath } from "../../kit/session-cookie.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/samesite-none",
  title: "The session cookie goes along with requests from every site",
  severity: "medium",
  confidence: "high",
  cwe: [1275],
  asvs: ["3.3.2"],
  lenses: ["source", "stack", "live"],
  express: [4, 5],
  why: "With SameSite=None the browser adds the cookie to forms and requests any other site starts; only a CSRF check is left.",
  fix: 'Use "lax". If the app must work inside other sites, keep None with Secure and check Origin or a token on every unsafe request.',
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      const path = flagPath(call, "sameSite");
      const value = option(call, path);
      if (judge(value, (v) => String(v).toLowerCase() !== "none") === "bad")
        context.report({ at: optionSite(call, path), message: "`sameSite` of the session cookie is none." });
    },
  },
  live({ facts, report }) {
    const found = sessionCookies(facts).find(
      ({ cookie }) => cookie.attributes.get("samesite")?.toLowerCase() === "none",
    );
    if (found !== undefined)
      report({ url: found.answer.url, message: `Set-Cookie for ${found.cookie.name} has SameSite=None.` });
  },
});
