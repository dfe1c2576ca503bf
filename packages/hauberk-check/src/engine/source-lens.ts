import type { Skipped } from "../files/project-files.ts";
import type { Program } from "../model/program.ts";
import type { AppView } from "../model/view.ts";
import type { AppSummary } from "../report/finding.ts";
import type { Rule } from "../rules/rule.ts";
import type { Results } from "./context.ts";
import { runSourceRules } from "./run-rules.ts";
import { traceApps } from "./trace.ts";
import { viewsOf } from "./views.ts";

/** What the source lens sees in a program. */
export interface SourceSeen extends Results {
  readonly views: readonly AppView[];
  readonly apps: readonly AppSummary[];
  /** Files that are no sources and tell nothing. */
  readonly unread: readonly Skipped[];
}

/** Looks at a program through the source lens. */
export function readSource(program: Program, rules: readonly Rule[]): SourceSeen {
  const views = viewsOf(program);
  return { ...runSourceRules(program, rules, views), views, apps: traceApps(views, "source") };
}

/** Files and limits that the reader could not get past while the set-up code was read. */
export const obstaclesOf = ({ notAnalysed, machine }: Program): readonly Skipped[] => [
  ...notAnalysed,
  ...[...machine.notes].map((reason) => ({ path: ".", reason })),
];

/** Lines of the sources that were parsed. */
export const linesOf = (program: Program): number =>
  program.modules.reduce((sum, module) => sum + module.lines.count, 0);
