import { ANY_HEADER } from "../../../model/handler-headers.ts";
import { headerSetters } from "../../kit/headers.ts";
import { answeredBy, answers, handsOutDataOnly } from "../../kit/missing-header.ts";
import { headerAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const SECURITY =
  /^(?:content-security-policy|x-frame-options|x-content-type-options|strict-transport-security|referrer-policy)$/;

export const rule: Rule = defineRule({
  id: "headers/none",
  title: "No answer has any security header",
  severity: "high",
  confidence: "high",
  cwe: [693],
  asvs: ["3.4.1", "3.4.3", "3.4.4", "3.4.6"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: headerAgainst((name) => SECURITY.test(name)),
  covers: [
    "headers/frame-options",
    "headers/nosniff",
    "headers/csp-missing",
    "headers/hsts",
    "headers/referrer-policy",
    "headers/coop-corp-coep",
    "headers/permissions-policy",
  ],
  why: "The browser then allows framing, content sniffing, injected scripts and a fall back to HTTP; each is one line away from being refused.",
  fix: "Mount helmet (or hauberk) before everything else: `app.use(helmet())`.",
  app({ view, program, doubts, report, unchecked }) {
    if (!answers(view)) return;
    if (
      headerSetters(view, program).some((one) => [...one.headers.keys()].some((name) => SECURITY.test(name)))
    )
      return;
    const any = headerSetters(view, program).find((one) => one.headers.has(ANY_HEADER));
    const framework = answeredBy(view);
    if (framework !== undefined) {
      unchecked(`\`${framework.name}\` answers, and may set headers itself`, framework.site);
      return;
    }
    const [doubt] =
      any === undefined ? doubts : [{ why: "a header whose name is not known", site: any.part.site }];
    if (doubt !== undefined) unchecked(`header middleware may be hidden: ${doubt.why}`, doubt.site);
    else
      report({
        at: view.app.site,
        message: "Nothing in this app sets a security header.",
        // Nothing is framed or sniffed where no page is: what is left is HTTPS, and whoever opens an answer in a tab.
        ...(handsOutDataOnly(view) ? { severity: "medium" as const } : {}),
      });
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page !== undefined && ![...page.headers.keys()].some((name) => SECURITY.test(name)))
      report({ url: page.url, message: "The answer carries no security header." });
  },
});
