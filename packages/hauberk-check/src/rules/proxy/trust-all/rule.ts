import { trustsEveryone } from "../../kit/trust-proxy.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "proxy/trust-all",
  title: "Every client is trusted as a proxy",
  severity: "medium",
  confidence: "high",
  cwe: [348],
  asvs: ["4.1.3"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Whoever sends X-Forwarded-For, -Host or -Proto decides what req.ip, req.hostname and req.secure say.",
  fix: 'Name the proxies: `app.set("trust proxy", 1)` for one, or their addresses ("loopback", "10.0.0.0/8").',
  app({ view, report }) {
    for (const one of view.settings) {
      if (one.name === "trust proxy" && trustsEveryone(one.value))
        report({ at: one.site, message: "`trust proxy` is true, for every address." });
    }
  },
});
