import type { Program } from "../model/program.ts";
import type { Site } from "../model/values.ts";
import type { AppView } from "../model/view.ts";
import type { Context, Lens, Place, Problem, Rule } from "../rules/rule.ts";

/** What a rule said, before joining, suppressions and baseline. */
export interface RawFinding {
  readonly rule: Rule;
  readonly problem: Problem;
  readonly lens: Lens;
  readonly view: AppView | undefined;
  /** Which app it is about, where the view was given back. */
  readonly root?: string;
  /** The call that was judged: what its options say may stand far from it. */
  readonly call?: Site | undefined;
  readonly url?: string;
}

export interface RawUnchecked {
  readonly rule: Rule;
  readonly reason: string;
  readonly at: Site | Place | undefined;
  readonly view: AppView | undefined;
}

export interface Results {
  readonly found: RawFinding[];
  readonly unchecked: RawUnchecked[];
}

export function contextFor(
  program: Program,
  rule: Rule,
  lens: Lens,
  results: Results,
  view?: AppView,
  call?: Site,
): Context {
  return {
    program,
    report: (problem) => {
      results.found.push({ rule, problem, lens, view, call });
    },
    unchecked: (reason, at) => {
      results.unchecked.push({ rule, reason, at, view });
    },
  };
}

/** A rule that throws ends neither the run nor the other rules: it is listed as not checked where it failed. */
export function ruleFailed(
  rule: Rule,
  error: unknown,
  results: Results,
  at?: Site | Place,
  view?: AppView,
): void {
  const message = error instanceof Error ? error.message : String(error);
  results.unchecked.push({ rule, reason: `${RULE_FAILED}: ${message}`, at, view });
}

/** What such a reason begins with. */
export const RULE_FAILED = "the rule itself failed, which is a fault of hauberk-check";
