import type { AppSummary } from "../report/finding.ts";
import type { AppView } from "../model/view.ts";
import type { Rule } from "../rules/rule.ts";
import type { RawUnchecked } from "./context.ts";

/**
 * Where there are routers and no app, what only an app can show was not looked at, and nobody may take that for a pass.
 * `view` is that of the first of them, where it is still there.
 */
export function doubtRouters(
  apps: readonly AppSummary[],
  rules: readonly Rule[],
  view?: AppView,
): readonly RawUnchecked[] {
  const [first] = apps;
  if (first === undefined || apps.some((app) => app.whole)) return [];
  return rules
    .filter((rule) => rule.wholeApp === true)
    .map((rule) => ({
      rule,
      reason: "there are only routers here, and the app that mounts them was not found",
      at: first.place,
      view,
    }));
}
