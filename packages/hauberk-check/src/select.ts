import { RULES } from "./rules/registry.ts";
import type { Rule } from "./rules/rule.ts";

const isNamed = (rule: Rule, names: readonly string[]): boolean =>
  names.some((name) => rule.id === name || rule.id.startsWith(`${name}/`));

/** The rules that `only` and `skip` leave; a name is an id, or a group such as `session`. */
export function selectRules(
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
): readonly Rule[] {
  return RULES.filter(
    (rule) => (only === undefined || only.length === 0 || isNamed(rule, only)) && !isNamed(rule, skip ?? []),
  );
}

/** Names that match no rule, so that a typing error is not read as "nothing found". */
export function unknownRules(names: readonly string[]): readonly string[] {
  return names.filter((name) => !RULES.some((rule) => rule.id === name || rule.id.startsWith(`${name}/`)));
}
