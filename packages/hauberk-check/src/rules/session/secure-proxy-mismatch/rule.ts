import { property } from "../../../model/properties.ts";
import { isKnown, rootPackage } from "../../../model/values.ts";
import { allParts } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/secure-proxy-mismatch",
  title: "The secure session cookie is never sent",
  severity: "medium",
  confidence: "medium",
  cwe: [1188],
  asvs: ["3.3.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "The app itself speaks plain HTTP and trusts no proxy, so it takes every request for insecure and sets no cookie. People then switch `secure` off instead.",
  fix: 'Behind a TLS proxy set `app.set("trust proxy", 1)` (the number of proxies); without one serve HTTPS.',
  app({ view, report }) {
    if (view.app.listens.length === 0) return;
    if (view.settings.some((one) => one.name === "trust proxy")) return;
    if (view.app.listens.some((site) => /https|spdy|http2/.test(site.module.text))) return;
    for (const { part } of allParts(view)) {
      if (part.role !== "session" || part.options === undefined) continue;
      const proxy = property(part.options, "proxy");
      if (!isKnown(property(part.options, "cookie.secure"), true) || !isKnown(proxy, undefined)) continue;
      if (rootPackage(part.value)?.name === "hauberk") continue;
      report({
        at: part.site,
        message: "The cookie is `secure`, the app listens on plain HTTP, and `trust proxy` is not set.",
      });
    }
  },
});
