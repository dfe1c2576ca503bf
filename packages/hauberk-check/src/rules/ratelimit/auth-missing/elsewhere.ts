import { foldersOfOthers } from "../../../engine/other-packages.ts";
import { codeOf, type Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { rootPackage } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";

/** `enableRateLimit: false` is a setting that says there is none. */
const LIMITS = /rate-?limit(?!\w*["']?: ?false)|throttl|\b(?:express|anti)?-?brute|too many|attempts/i;
const WORDS = /brute|too many|attempts/i;

/** A source in which a limit may be that was not seen. One that was, on other routes, explains why limits are talked about. */
export function limitElsewhere(program: Program, path: string, isSeen: boolean): string | undefined {
  const others = foldersOfOthers(program, path);
  return isSeen
    ? program.mention(WORDS, [...others, ...filesOfLimiters(program)])
    : program.mention(LIMITS, others);
}

/** Files where only what limiters answer has such words: "Too many attempts" of `rateLimit({ message })` is no counter of the app's own. */
const filesOfLimiters = remembered((program: Program): readonly string[] => {
  const calls = new Map<Module, t.Node[]>();
  for (const { call } of program.machine.calls) {
    if (!LIMITERS.test(rootPackage(call)?.name ?? "")) continue;
    const { module, node } = call.site;
    calls.set(module, [...(calls.get(module) ?? []), node]);
  }
  return [...calls]
    .filter(([module, nodes]) => !WORDS.test(codeWithout(module, nodes)))
    .map(([{ path }]) => path);
});

const LIMITERS = /^express-(?:rate-limit|slow-down)$/;

function codeWithout(module: Module, nodes: readonly t.Node[]): string {
  let code = codeOf(module);
  for (const { start, end } of nodes)
    code = code.slice(0, start ?? 0) + " ".repeat((end ?? 0) - (start ?? 0)) + code.slice(end ?? 0);
  return code;
}
