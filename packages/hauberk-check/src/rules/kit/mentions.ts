import { importsOf, type Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { remembered } from "../../remembered.ts";

const mentioned = remembered<Module, Map<RegExp, boolean>>(() => new Map());

/** Whether a file says something anywhere: `where` and `exec` are called often, and the text is looked through once. */
export function mentions(module: Module, pattern: RegExp): boolean {
  const known = mentioned(module);
  let answer = known.get(pattern);
  if (answer === undefined) {
    answer = pattern.test(module.text);
    known.set(pattern, answer);
  }
  return answer;
}

const imported = remembered<Program, Map<string, boolean>>(() => new Map());

/** Whether any file of the program imports a package of this name. */
export function importsAny(program: Program, name: RegExp): boolean {
  const known = imported(program);
  let answer = known.get(String(name));
  if (answer === undefined) {
    answer = program.modules.some((module) => importsOf(module).some((specifier) => name.test(specifier)));
    known.set(String(name), answer);
  }
  return answer;
}
