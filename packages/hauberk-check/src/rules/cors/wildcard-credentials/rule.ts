import { allParts } from "../../../model/view.ts";
import { originKind, ownCors, sendsCredentials } from "../../kit/cors.ts";
import { isForeign } from "../../kit/live-origins.ts";
import { optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cors/wildcard-credentials",
  title: "Every origin is allowed, and with credentials",
  severity: "high",
  confidence: "high",
  cwe: [942],
  asvs: ["3.4.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Where the origin is echoed, any page a visitor opens reads their data and acts for them. A literal * lets every page read what needs no cookie; with credentials browsers refuse it.",
  fix: 'List the origins: `cors({ origin: ["https://app.example"], credentials: true })`.',
  call: {
    names: ["cors"],
    run(call, context) {
      const kind = originKind(call);
      if (!sendsCredentials(call) || (kind !== "any" && kind !== "reflected")) return;
      const severity = kind === "any" ? REFUSED : {};
      context.report({
        at: optionSite(call, "origin"),
        message:
          kind === "any"
            ? `Every origin is allowed as *, and credentials are on: ${REALLY}.`
            : "The origin is echoed, and credentials are on.",
        ...severity,
      });
    },
  },
  app(context) {
    for (const { part } of allParts(context.view)) {
      const own = part.fn === undefined ? undefined : ownCors(context, part.fn);
      if (own !== undefined && own.credentials && (own.reflects || own.any))
        context.report({
          at: part.site,
          message: own.any
            ? `Access-Control-Allow-Origin is *, with credentials: ${REALLY}.`
            : "The request's Origin is echoed, with credentials.",
          ...(own.any ? REFUSED : {}),
        });
    }
  },
  live({ facts, report }) {
    for (const { sent, answer } of facts.cors) {
      if (
        !isForeign({ sent, answer }, facts) ||
        answer.headers.get("access-control-allow-credentials") !== "true"
      )
        continue;
      const allowed = answer.headers.get("access-control-allow-origin");
      if (allowed === sent)
        report({ url: answer.url, message: `Origin ${sent} was answered with ${allowed} and credentials.` });
      if (allowed === "*")
        report({
          url: answer.url,
          message: `The answer to ${sent} allows * and credentials: ${REALLY}.`,
          ...REFUSED,
        });
    }
  },
});

const REALLY =
  "browsers refuse the two together, so that what needs a cookie fails, and all else may be read by every site";
const REFUSED = { severity: "medium" as const };
