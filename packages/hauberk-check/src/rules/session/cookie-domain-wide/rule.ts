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
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A forgotten or taken-over subdomain, or another team's app, gets the session of everyone who visits it.",
  fix: "Leave `domain` out; the cookie then stays with the host that set it.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      const path = flagPath(call, "domain");
      const [domain] = literals(option(call, path));
      if (domain === undefined || domain.text === "" || domain.text === "localhost") return;
      const labels = domain.text.replace(/^\./, "").split(".");
      if (!domain.text.startsWith(".") && labels.length > 2) return;
      context.report({
        at: optionSite(call, path),
        message: `\`domain\` is ${JSON.stringify(domain.text)}, which covers all its subdomains.`,
      });
    },
  },
});
