import { headerSetters } from "../../kit/headers.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { property, propertySite } from "../../../model/properties.ts";
import { isKnown, type Value } from "../../../model/values.ts";
import { hstsSeconds } from "../../kit/live-headers.ts";
import { reportMissing } from "../../kit/missing-header.ts";
import { headerAgainst } from "../../kit/against.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";

const HALF_A_YEAR = 15_552_000;

export const rule: Rule = defineRule({
  id: "headers/hsts",
  title: "Browsers are not told to stay on HTTPS",
  severity: "medium",
  confidence: "high",
  cwe: [319],
  asvs: ["3.4.1"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: headerAgainst((name) => name === "strict-transport-security"),
  why: "The first request of a visit, and every link typed without https, can be answered by whoever sits on the network.",
  fix: "Send Strict-Transport-Security with a year and includeSubDomains; helmet() does.",
  app(context) {
    reportMissing(context, "strict-transport-security", "Strict-Transport-Security is not sent.");
    reportShort(context);
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (page === undefined || !facts.isHttps) return;
    const header = page.headers.get("strict-transport-security");
    if (header === undefined) report({ url: page.url, message: "Strict-Transport-Security is not sent." });
    else if (hstsSeconds(header) < HALF_A_YEAR)
      report({ url: page.url, message: `Strict-Transport-Security lasts less than half a year: ${header}.` });
  },
});

function reportShort({ view, program, report }: AppContext): void {
  for (const { part, headers } of headerSetters(view, program)) {
    const value = headers.get("strict-transport-security");
    if (value === undefined) continue;
    const seconds = maxAgeOf(inProduction(value));
    // Helmet before 3 counted in milliseconds, so a large number proves nothing there, but a small one does.
    if (seconds !== undefined && seconds < HALF_A_YEAR)
      report({
        at: propertySite(value, "maxAge") ?? part.site,
        message: `Strict-Transport-Security lasts ${String(seconds)} seconds, less than half a year.`,
      });
  }
}

function maxAgeOf(value: Value): number | undefined {
  if (value.k === "prim" && typeof value.v === "string") {
    const match = /max-age=(\d+)/i.exec(value.v);
    return match === null ? undefined : Number(match[1]);
  }
  const age = property(value, "maxAge");
  return age.k === "prim" && typeof age.v === "number" && !isKnown(value, false) ? age.v : undefined;
}
