import { sessionCookies } from "../../kit/live-cookies.ts";
import { literals, option, optionSite } from "../../kit/options.ts";
import { ALL_SESSIONS, flagPath } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/cookie-domain-wide",
  title: "Every subdomain receives the session cookie",
  severity: "medium",
  confidence: "high",
  cwe: [1275],
  asvs: ["3.3.3"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "A forgotten or taken-over subdomain, or another team's app, gets the session of everyone who visits it.",
  fix: "Leave `domain` out; the cookie then stays with the host that set it.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      const path = flagPath(call, "domain");
      const [domain] = literals(option(call, path));
      if (domain === undefined || !isWide(domain.text)) return;
      context.report({
        at: optionSite(call, path),
        message: `\`domain\` is ${JSON.stringify(domain.text)}, which covers all its subdomains.`,
      });
    },
  },
  live({ facts, report }) {
    const found = sessionCookies(facts).find(({ cookie }) => isWide(cookie.attributes.get("domain") ?? ""));
    if (found !== undefined)
      report({
        url: found.answer.url,
        message: `Set-Cookie for ${found.cookie.name} has Domain=${found.cookie.attributes.get("domain") ?? ""}.`,
      });
  },
});

/** A host below another one may be all there is of its kind; a parent never is. */
function isWide(domain: string): boolean {
  if (domain === "" || domain === "localhost" || /^[\d.]+$/.test(domain)) return false;
  return domain.startsWith(".") || domain.split(".").length <= 2;
}
