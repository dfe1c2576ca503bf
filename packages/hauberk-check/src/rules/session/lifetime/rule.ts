import { option, optionSite } from "../../kit/options.ts";
import { inProduction, type Value } from "../../../model/values.ts";
import { ALL_SESSIONS, flagPath } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const DAY = 86_400_000;
const MAX_DAYS = 30;

export const rule: Rule = defineRule({
  id: "session/lifetime",
  title: "A session lives longer than a month",
  severity: "low",
  confidence: "high",
  cwe: [613],
  asvs: ["7.3.1", "7.3.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A stolen or forgotten session stays good for as long; nobody remembers the library's computer after a week.",
  fix: "Set `maxAge` to what the app needs, hours or days, and end idle sessions on the server sooner.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      const path = flagPath(call, "maxAge");
      const days = milliseconds(inProduction(option(call, path))) / DAY;
      if (days > MAX_DAYS)
        context.report({
          at: optionSite(call, path),
          message: `The session lives ${String(Math.round(days))} days.`,
        });
    },
  },
});

const milliseconds = (value: Value): number =>
  value.k === "prim" && typeof value.v === "number" ? value.v : 0;
