import { option, optionSite } from "../../kit/options.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { isKnown, type Value } from "../../../model/values.ts";
import type { Answer, SeenCookie } from "../../../live/facts.ts";
import { sessionCookies } from "../../kit/live-cookies.ts";
import { ALL_SESSIONS, flagPath, isFlat } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type PackageCall, type Rule } from "../../rule.ts";

const DAY = 86_400_000;
const MAX_DAYS = 30;

export const rule: Rule = defineRule({
  id: "session/lifetime",
  title: "A session lives longer than a month, or for ever",
  severity: "low",
  confidence: "high",
  cwe: [613],
  asvs: ["7.3.1", "7.3.2"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "A stolen or forgotten session stays good for as long; nobody remembers the library's computer after a week.",
  fix: "Set `maxAge` to what the app needs, hours or days, and end idle sessions on the server sooner.",
  call: {
    names: ALL_SESSIONS,
    run(call, context) {
      const path = flagPath(call, "maxAge");
      if (isFlat(call) && hasNoEnd(call)) {
        context.report({
          at: call.site,
          message: "No `maxAge` is given: the cookie opens the session for as long as its key is in use.",
        });
        return;
      }
      const days = milliseconds(inProduction(option(call, path))) / DAY;
      if (days > MAX_DAYS)
        context.report({
          at: optionSite(call, path),
          message: `The session lives ${String(Math.round(days))} days.`,
        });
    },
  },
  live({ facts, report }) {
    for (const { answer, cookie } of sessionCookies(facts)) {
      const days = lifetimeDays(answer, cookie);
      if (days === undefined || days <= MAX_DAYS) continue;
      report({
        url: answer.url,
        message: `Set-Cookie for ${cookie.name} holds for ${String(Math.round(days))} days.`,
      });
      return;
    }
  },
});

/** Max-Age goes before Expires, as browsers read them; the second counts from the answer's own clock. */
function lifetimeDays({ headers }: Answer, { attributes }: SeenCookie): number | undefined {
  const seconds = Number(attributes.get("max-age"));
  if (attributes.has("max-age")) return Number.isFinite(seconds) ? (seconds * 1000) / DAY : undefined;
  const end = Date.parse(attributes.get("expires") ?? "");
  const now = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(end - now) ? undefined : (end - now) / DAY;
}

/** A session held by the client ends when its cookie does; the server has nothing it could expire. */
const hasNoEnd = (call: PackageCall): boolean =>
  ["maxAge", "expires"].every((name) => {
    const value = option(call, name);
    return isKnown(value, undefined) || isKnown(value, null);
  });

const milliseconds = (value: Value): number =>
  value.k === "prim" && typeof value.v === "number" ? value.v : 0;
