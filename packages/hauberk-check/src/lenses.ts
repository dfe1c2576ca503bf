import { resolve } from "node:path";
import { callsOf, type Look } from "./engine/disagreement.ts";
import { joinLenses } from "./engine/join.ts";
import type { RawFinding, RawUnchecked } from "./engine/context.ts";
import { doubtRouters } from "./engine/doubt-routers.ts";
import { readSource } from "./engine/source-lens.ts";
import { traceApps } from "./engine/trace.ts";
import type { ProjectFiles, Skipped } from "./files/project-files.ts";
import type { LiveFacts } from "./live/facts.ts";
import type { LiveOptions } from "./live/probe.ts";
import type { Program } from "./model/program.ts";
import type { AppSummary } from "./report/finding.ts";
import type { Lens, Rule } from "./rules/rule.ts";

/** What the lenses have seen so far; each adds to it. */
export interface Seen {
  readonly program: Program;
  readonly files: ProjectFiles;
  readonly rules: readonly Rule[];
  readonly say: (message: string) => void;
  readonly found: RawFinding[];
  readonly unchecked: RawUnchecked[];
  readonly apps: AppSummary[];
  readonly lenses: Lens[];
  readonly notAnalysed: Skipped[];
  readonly looks: Look[];
  facts: LiveFacts | undefined;
}

/** Reads the source. */
export function lookAtSource(seen: Seen): void {
  const { program, rules } = seen;
  seen.lenses.push("source");
  const { found, unchecked, apps, views, unread } = readSource(program, rules);
  seen.notAnalysed.push(...unread);
  seen.found.push(...found);
  seen.unchecked.push(...unchecked, ...doubtRouters(apps, rules, views[0]));
  seen.apps.push(...apps);
  seen.looks.push({
    lens: "source",
    views,
    calls: callsOf(program, rules),
    unchecked: seen.unchecked.slice(),
  });
}

/** Loads the app without letting it listen, and reads its middleware stack. */
export async function lookAtStack(seen: Seen, app: string, timeoutMs: number): Promise<void> {
  const { program, rules, files } = seen;
  seen.lenses.push("stack");
  seen.say(`loading ${app} without letting it listen`);
  // Loaded when asked for: most runs read the source alone.
  const [{ inspectApp }, { runStackRules }] = await Promise.all([
    import("./stack/inspect.ts"),
    import("./stack/run.ts"),
  ]);
  const inspected = await inspectApp(files.root, app, timeoutMs);
  const stack = inspected.ok
    ? runStackRules(program, rules, inspected.app, files.root, resolve(files.root, app))
    : undefined;
  if (stack === undefined) {
    const reason = inspected.ok
      ? "nothing in the app that was loaded comes from this folder"
      : inspected.reason;
    seen.notAnalysed.push({ path: app, reason });
    return;
  }
  const joined = joinLenses(seen, { lens: "stack", ...stack });
  seen.found.splice(0, seen.found.length, ...joined.found);
  seen.unchecked.splice(0, seen.unchecked.length, ...joined.unchecked);
  seen.apps.push(...traceApps([stack.view], "stack"));
  const { view, calls, results } = stack;
  seen.looks.push({ lens: "stack", views: [view], calls, unchecked: results.unchecked });
}

/** Asks the running app. */
export async function lookLive(seen: Seen, options: LiveOptions): Promise<void> {
  seen.lenses.push("live");
  const [{ probe }, { runLiveRules }] = await Promise.all([
    import("./live/probe.ts"),
    import("./live/run.ts"),
  ]);
  const probed = await probe(options, seen.say);
  if (!probed.ok) {
    seen.notAnalysed.push({ path: probed.target, reason: probed.reason });
    return;
  }
  const { facts } = probed;
  const live = runLiveRules(seen.rules, facts);
  seen.found.push(...live.found);
  seen.unchecked.push(...live.unchecked);
  seen.notAnalysed.push(...facts.failures.map((reason) => ({ path: facts.origin, reason })));
  seen.apps.push({ whole: true, place: undefined, express: 0, lens: "live", routes: [] });
  seen.facts = facts;
}
