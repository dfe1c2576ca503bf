import { RULES } from "./rules/registry.ts";
import type { Rule } from "./rules/rule.ts";

const isNamed = (rule: Rule, names: readonly string[]): boolean =>
  names.some((name) => rule.id === name || rule.id.startsWith(`${name}/`));

/**
 * The rules that `only` and `skip` leave; a name is an id, or a group such as `session`.
 *
 * @throws {TypeError} when a name is no rule's: a typing error would otherwise be read as "nothing found".
 */
export function selectRules(
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
): readonly Rule[] {
  const wrong = unknownRules([...(only ?? []), ...(skip ?? [])]);
  if (wrong.length > 0) throw new TypeError(`no such rule or group: ${wrong.join(", ")}`);
  return RULES.filter(
    (rule) => (only === undefined || only.length === 0 || isNamed(rule, only)) && !isNamed(rule, skip ?? []),
  );
}

/** Names that match no rule. */
export function unknownRules(names: readonly string[]): readonly string[] {
  return names.filter((name) => !RULES.some((rule) => rule.id === name || rule.id.startsWith(`${name}/`)));
}
