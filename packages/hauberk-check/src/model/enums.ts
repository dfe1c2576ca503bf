import type { t } from "../parse/ast.ts";
import type { Machine } from "./machine.ts";
import { memberName } from "./members.ts";
import type { Scope } from "./scope.ts";
import { object, prim, unknown, type Value } from "./values.ts";

/** `enum Keys { Session = "sid" }`: its names and what they stand for. */
export function enumValue(machine: Machine, node: t.TSEnumDeclaration, scope: Scope): Value {
  const { module } = scope;
  const made = object(false, { module, node });
  let next: number | undefined = 0;
  for (const member of node.body.members) {
    const site = { module, node: member };
    const name = memberName(member.id) ?? "";
    const value: Value = member.initializer
      ? machine.evaluate(member.initializer, scope)
      : next === undefined
        ? unknown("a member of an enum", site)
        : prim(next, site);
    next = value.k === "prim" && typeof value.v === "number" ? value.v + 1 : undefined;
    made.props.set(name, value);
    made.sites.set(name, site);
  }
  return made;
}
