import type { Program } from "../model/program.ts";
import { RULES } from "../rules/registry.ts";
import type { Place, Rule } from "../rules/rule.ts";
import { placesOf } from "./assemble.ts";
import type { RawFinding } from "./context.ts";
import { runSourceRules } from "./run-rules.ts";

/** Rules whose findings point at a secret. */
const ABOUT_SECRETS: ReadonlySet<Rule> = new Set(
  RULES.filter((rule) =>
    /^(?:session\/(?:hardcoded|known|weak)-secret|session\/secret-fallback|secret\/hardcoded)$/.test(rule.id),
  ),
);

/**
 * Where the source has secrets, so that no frame shows them. The rules about secrets look also when they were not asked
 * for: a finding of another rule shows the lines around it.
 */
export function secretPlacesIn(
  program: Program,
  rules: readonly Rule[],
  found: readonly RawFinding[],
): readonly Place[] {
  const left = [...ABOUT_SECRETS].filter((rule) => !rules.includes(rule));
  const more = left.length === 0 ? [] : runSourceRules(program, left, []).found;
  return placesOf([...found, ...more], ABOUT_SECRETS);
}
