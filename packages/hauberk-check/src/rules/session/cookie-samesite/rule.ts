import { judge, option, optionSite, optionsOf, setFlag } from "../../kit/options.ts";
import { isSessionCookie } from "../../kit/live-cookies.ts";
import { ALL_SESSIONS, flagPath, readable } from "../../kit/session-cookie.ts";
import { areSessionsUnused, YET } from "../../kit/unused-sessions.ts";
import { cookieAgainst } from "../../kit/against.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/cookie-samesite",
  title: "The session cookie has no SameSite",
  severity: "medium",
  confidence: "high",
  cwe: [1275],
  asvs: ["3.3.2"],
  lenses: ["source", "stack", "live"],
  express: [4, 5],
  against: cookieAgainst("samesite"),
  why: "Browsers that do not default to Lax send the cookie with requests other sites start, and Chrome does so for two minutes after it was set.",
  fix: 'Set `cookie: { sameSite: "lax" }`, or "strict" where no link from outside must arrive logged in.',
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      if (!readable(call, context)) return;
      const path = flagPath(call, "sameSite");
      const value = option(call, path);
      if (judge(value, (v) => v !== undefined && v !== false && v !== null && v !== "") !== "bad") return;
      const isUnused = areSessionsUnused(context.program);
      context.report({
        at: optionSite(call, path),
        message: `\`sameSite\` of the session cookie is not set${isUnused ? YET : ""}.`,
        ...(isUnused && { severity: "low" }),
        edits: setFlag(optionsOf(call), path, '"lax"'),
      });
    },
  },
  live({ facts, report }) {
    for (const answer of facts.answers) {
      const cookie = answer.cookies.find(
        (one) => isSessionCookie(one, facts.login) && !one.attributes.has("samesite"),
      );
      if (cookie === undefined) continue;
      report({ url: answer.url, message: `Set-Cookie for ${cookie.name} has no SameSite.` });
      return;
    }
  },
});
