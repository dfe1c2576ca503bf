import type { Results } from "../engine/run-rules.ts";
import type { Program } from "../model/program.ts";
import type { AppView } from "../model/view.ts";
import type { Rule } from "../rules/rule.ts";
import type { StackApp } from "./facts.ts";

export function runStackRules(
  _program: Program,
  _rules: readonly Rule[],
  _app: StackApp,
  _root: string,
): { results: Results; view: AppView } {
  throw new Error("not implemented");
}
