import { headerSetters } from "../../kit/headers.ts";
import { isKnown } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const DEPRECATED: Readonly<Record<string, string>> = {
  "expect-ct": "Expect-CT",
  "public-key-pins": "Public-Key-Pins",
  "feature-policy": "Feature-Policy",
  "x-download-options": "X-Download-Options",
  "x-webkit-csp": "X-WebKit-CSP",
  "x-content-security-policy": "X-Content-Security-Policy",
};

export const rule: Rule = defineRule({
  id: "headers/deprecated",
  title: "A header no browser reads any more is sent",
  severity: "info",
  confidence: "high",
  cwe: [1104],
  asvs: [],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "It protects nobody, and it looks as if it did. Public-Key-Pins could lock visitors out of the site.",
  fix: "Remove it. Feature-Policy is Permissions-Policy now; the X- policies are Content-Security-Policy.",
  app({ view, program, report }) {
    for (const { part, headers } of headerSetters(view, program)) {
      for (const [name, value] of headers) {
        const label = DEPRECATED[name];
        // helmet still sends X-Download-Options by itself; nobody chose it.
        if (
          label !== undefined &&
          !isKnown(value, false) &&
          !(view.lens === "stack" && part.role === "headers" && part.name === "helmet")
        )
          report({ at: part.site, message: `${label} is sent.` });
      }
    }
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    for (const [name, label] of Object.entries(DEPRECATED))
      if (page?.headers.has(name) === true && name !== "x-download-options")
        report({ url: page.url, message: `${label} is sent.` });
  },
});
