import { runSourceRules } from "../engine/run-rules.ts";
import { memoryFiles } from "../files/project-files.ts";
import { Program } from "../model/program.ts";
import { Project } from "../model/project.ts";
import { RULES } from "../rules/registry.ts";
import { isSite, placeOfSite } from "../rules/places.ts";
import type { Place, Rule } from "../rules/rule.ts";
import { answers } from "../suppress/apply.ts";
import { suppressionsIn } from "../suppress/comments.ts";

interface Seen {
  readonly message: string;
  readonly place: Place;
}

let last:
  | { readonly file: string; readonly text: string; readonly found: ReadonlyMap<string, readonly Seen[]> }
  | undefined;

/** What one rule says about one file on its own; all rules share one reading of it. */
export function check(rule: Rule, file: string, text: string): readonly Seen[] {
  if (last?.file !== file || last.text !== text) last = { file, text, found: readAll(text, file) };
  return last.found.get(rule.id) ?? [];
}

function readAll(text: string, file: string): ReadonlyMap<string, readonly Seen[]> {
  const path = /\.[cm]?[jt]sx?$/.exec(file)?.[0] ?? ".js";
  const files = memoryFiles(new Map([[`file${path}`, text]]));
  const program = new Program(new Project(files, { includeTests: true }));
  const comments = suppressionsIn(files, files.list);
  const today = new Date().toISOString().slice(0, 10);
  const rules = RULES.filter(
    (one) => one.app === undefined && (one.visit !== undefined || one.call !== undefined),
  );
  const found = new Map<string, Seen[]>();
  for (const { rule, problem } of runSourceRules(program, rules, []).found) {
    if (problem.at === undefined) continue;
    const place = isSite(problem.at) ? placeOfSite(problem.at) : problem.at;
    // Written for the command line, and the same line is read here.
    if (comments.some((one) => answers(one, { rule: rule.id, place }, today))) continue;
    found.set(rule.id, [
      ...(found.get(rule.id) ?? []),
      { message: `${problem.message} ${problem.fix ?? rule.fix}`, place },
    ]);
  }
  return found;
}
