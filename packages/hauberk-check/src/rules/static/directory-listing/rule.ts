import { allParts } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "static/directory-listing",
  title: "Folders are listed",
  severity: "medium",
  confidence: "high",
  cwe: [548],
  asvs: ["13.4.3"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Everyone sees the names of all files, the forgotten ones included.",
  fix: "Remove serve-index (express.directory), or put it behind a sign-in.",
  app({ view, report }) {
    for (const { part, step } of allParts(view)) {
      if (part.role === "listing" && !step.parts.some((one) => one.role === "auth"))
        report({ at: part.site, message: "This lists the files of a folder." });
    }
  },
  live({ facts, report }) {
    const listing = facts.answers.find(
      (one) => one.status === 200 && /<title>(?:listing directory|Index of) /i.test(one.body),
    );
    if (listing !== undefined) report({ url: listing.url, message: "This page lists a folder." });
  },
});
