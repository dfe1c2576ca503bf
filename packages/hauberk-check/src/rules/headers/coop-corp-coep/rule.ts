import type { Answer } from "../../../live/facts.ts";
import { reportMissing } from "../../kit/missing-header.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/coop-corp-coep",
  title: "Other sites keep a handle on the app's windows",
  severity: "low",
  confidence: "high",
  cwe: [346],
  asvs: ["3.4.8", "3.5.8"],
  lenses: ["source", "stack", "live"],
  express: [4, 5],
  wholeApp: true,
  why: "A page that opened the app, or was opened by it, can watch and steer its window, and load its answers into its own process.",
  fix: "Send Cross-Origin-Opener-Policy: same-origin; helmet() 5 and newer does.",
  app(context) {
    reportMissing(context, "cross-origin-opener-policy", "Cross-Origin-Opener-Policy is not sent.");
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (
      page !== undefined &&
      !VALUES.has(valueOf(page)) &&
      /html/.test(page.headers.get("content-type") ?? "")
    )
      report({ url: page.url, message: says(page) });
  },
});

const VALUES = new Set(["same-origin", "same-origin-allow-popups", "noopener-allow-popups"]);
const valueOf = ({ headers }: Pick<Answer, "headers">): string =>
  (headers.get("cross-origin-opener-policy") ?? "").split(";")[0]?.trim() ?? "";

/** Browsers take whatever they do not know for `unsafe-none`, capitals included. */
const says = (page: Pick<Answer, "headers">): string =>
  page.headers.has("cross-origin-opener-policy")
    ? `Cross-Origin-Opener-Policy is ${valueOf(page)}, which separates nothing.`
    : "Cross-Origin-Opener-Policy is not sent.";
