import { reportMissing } from "../../kit/missing-header.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/permissions-policy",
  title: "Nothing says which browser features the app needs",
  severity: "info",
  confidence: "high",
  cwe: [693],
  asvs: [],
  lenses: ["stack", "live"],
  express: [4, 5],
  wholeApp: true,
  why: "A script that gets into the page may ask for camera, microphone or position in the app's name.",
  fix: 'Send Permissions-Policy with what the app does not need, such as "camera=(), microphone=(), geolocation=()".',
  example: {
    faulty: "HTTP/1.1 200 OK\nContent-Type: text/html",
    fixed:
      "HTTP/1.1 200 OK\nContent-Type: text/html\nPermissions-Policy: camera=(), geolocation=(), microphone=()",
  },
  doc: "helmet does not send it, so the source alone would say this of nearly every app: it is left to the lenses that see answers.",
  app(context) {
    if (context.view.lens === "stack")
      reportMissing(context, "permissions-policy", "Permissions-Policy is not sent.");
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    if (
      page !== undefined &&
      page.status === 200 &&
      /html/.test(page.headers.get("content-type") ?? "") &&
      !page.headers.has("permissions-policy")
    )
      report({ url: page.url, message: "Permissions-Policy is not sent." });
  },
});
