import { contextFor, runAppRules, type Results } from "../engine/run-rules.ts";
import { nameOf } from "../model/parts.ts";
import type { Program } from "../model/program.ts";
import { allParts, viewOf, type AppView } from "../model/view.ts";
import { rootPackage } from "../model/values.ts";
import type { PackageCall, Rule } from "../rules/rule.ts";
import type { StackApp } from "./facts.ts";
import { toModel } from "./to-model.ts";

/** Judges the running stack with the rules that claim the stack lens. */
export function runStackRules(
  program: Program,
  rules: readonly Rule[],
  stack: StackApp,
  root: string,
): { results: Results; view: AppView } {
  const claimed = rules.filter((rule) => rule.lenses.includes("stack"));
  const app = toModel(stack, program, root);
  const view = viewOf(program.machine, app, "stack", false);
  const results: Results = { found: [], unchecked: [] };
  runAppRules(program, claimed, [view], "stack", results);
  for (const call of callsIn(view)) {
    for (const rule of claimed) {
      if (rule.call?.names.includes(call.name) !== true || !rule.express.includes(call.express)) continue;
      rule.call.run(call, contextFor(program, rule, "stack", results, view));
    }
  }
  return { results, view };
}

function callsIn(view: AppView): readonly PackageCall[] {
  return allParts(view).flatMap(({ part }): PackageCall[] => {
    const { value } = part;
    const root = value.k === "call" ? rootPackage(value) : undefined;
    if (value.k !== "call" || root === undefined) return [];
    return [{ name: nameOf(root), args: value.args, site: part.site, express: view.express }];
  });
}
