import { headerSetters, stateOf } from "../../kit/headers.ts";
import { allParts } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const SETS_ITSELF = /['"]cache-control['"]|no-store|nocache|noCache|cacheControl/i;

export const rule: Rule = defineRule({
  id: "headers/cache-control",
  title: "Pages of signed-in users may be stored",
  severity: "medium",
  confidence: "medium",
  cwe: [525],
  asvs: ["14.3.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "The browser's cache and a shared proxy may keep a personal page; the next person at the machine reads it with the back button.",
  fix: "Send Cache-Control: no-store on everything behind a session.",
  app({ view, program, doubts, report, unchecked }) {
    const session = allParts(view).find(
      ({ part }) => part.role === "session" || part.role === "cookie-session",
    );
    if (session === undefined || view.endpoints.length === 0) return;
    if (stateOf(headerSetters(view, program), "cache-control") !== "missing") return;
    // Set in a handler or in a helper somewhere: which answers it covers cannot be told from here.
    const elsewhere = program.mention(SETS_ITSELF);
    if (elsewhere !== undefined)
      unchecked(
        `Cache-Control is set in some places (${elsewhere}); whether in all that need it is not known`,
      );
    else if (doubts[0] !== undefined) unchecked(`Cache-Control may be set: ${doubts[0].why}`, doubts[0].site);
    else
      report({
        at: session.part.site,
        message: "The app has sessions, and nothing in it sends Cache-Control.",
      });
  },
  live({ facts, report }) {
    for (const answer of facts.answers) {
      const cache = answer.headers.get("cache-control") ?? "";
      if (answer.cookies.length > 0 && !/no-store|private|no-cache/.test(cache) && answer.status === 200) {
        report({
          url: answer.url,
          message: `An answer that sets a cookie may be cached (Cache-Control: ${cache === "" ? "not sent" : cache}).`,
        });
        return;
      }
    }
  },
});
