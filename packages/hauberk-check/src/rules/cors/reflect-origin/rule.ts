import { isForeign } from "../../kit/live-origins.ts";
import { allParts } from "../../../model/view.ts";
import { originKind, ownCors, sendsCredentials } from "../../kit/cors.ts";
import { optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cors/reflect-origin",
  title: "The caller's origin is echoed",
  severity: "low",
  confidence: "high",
  cwe: [942],
  asvs: ["3.4.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Every site may read the answers; the day credentials are switched on, as the signed-in visitor.",
  fix: "List the origins that may read, or say `*` where the data is public.",
  call: {
    names: ["cors"],
    run(call, context) {
      if (originKind(call) === "reflected" && !sendsCredentials(call))
        context.report({ at: optionSite(call, "origin"), message: "Whatever origin asks is allowed." });
    },
  },
  app(context) {
    for (const { part } of allParts(context.view)) {
      const own = part.fn === undefined ? undefined : ownCors(context, part.fn);
      if (own !== undefined && own.reflects && !own.credentials)
        context.report({ at: part.site, message: "The request's Origin is echoed." });
    }
  },
  live({ facts, report }) {
    for (const { sent, answer } of facts.cors) {
      if (
        !isForeign({ sent, answer }, facts) ||
        answer.headers.get("access-control-allow-credentials") === "true"
      )
        continue;
      if (answer.headers.get("access-control-allow-origin") === sent)
        report({ url: answer.url, message: `Origin ${sent} was echoed.` });
    }
  },
});
