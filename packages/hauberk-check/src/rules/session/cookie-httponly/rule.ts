import { judge, option, optionSite, optionsOf, setFlag } from "../../kit/options.ts";
import { isSessionCookie } from "../../kit/live-cookies.ts";
import { ALL_SESSIONS, flagPath } from "../../kit/session-cookie.ts";
import { cookieAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/cookie-httponly",
  title: "Scripts can read the session cookie",
  severity: "high",
  confidence: "high",
  cwe: [1004],
  asvs: ["3.3.4"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  against: cookieAgainst("httponly"),
  why: "Any script that gets into a page reads the session id and sends it away.",
  fix: "Remove `httpOnly: false`; the default is on.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      const path = flagPath(call, "httpOnly");
      if (judge(option(call, path), (v) => v !== false) !== "bad") return;
      context.report({
        at: optionSite(call, path),
        message: "`httpOnly` of the session cookie is off.",
        edits: setFlag(optionsOf(call), path, "true"),
      });
    },
  },
  live({ facts, report }) {
    for (const answer of facts.answers) {
      const cookie = answer.cookies.find(
        (one) => isSessionCookie(one, facts.login) && !one.attributes.has("httponly"),
      );
      if (cookie === undefined) continue;
      report({ url: answer.url, message: `Set-Cookie for ${cookie.name} has no HttpOnly.` });
      return;
    }
  },
});
