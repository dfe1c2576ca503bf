import type { t } from "../parse/ast.ts";
import { join } from "./alternatives.ts";
import type { Machine } from "./machine.ts";
import { setMember } from "./members.ts";
import { merge } from "./merge.ts";
import { text } from "./operators.ts";
import type { Scope } from "./scope.ts";
import { array, object, UNDEFINED, unknown, type Value } from "./values.ts";

/** Declares the names of a pattern. */
export function bind(machine: Machine, pattern: t.Node, value: Value, scope: Scope): void {
  destructure(machine, pattern, value, scope, (name, part) => {
    scope.declare(name, part);
  });
}

/** Assigns to a variable, a property or the names of a pattern. */
export function assign(machine: Machine, target: t.Node, value: Value, scope: Scope): void {
  if (target.type === "MemberExpression") {
    const holder = machine.evaluate(target.object, scope);
    const site = { module: scope.module, node: target };
    const name = propertyName(machine, target, scope);
    if (name !== undefined) setMember(machine, holder, name, value, site);
    else if (holder.k === "obj") holder.open = true;
    return;
  }
  if (target.type === "TSAsExpression" || target.type === "TSNonNullExpression") {
    assign(machine, target.expression, value, scope);
    return;
  }
  destructure(machine, target, value, scope, (name, part) => {
    const owner = scope.owner(name);
    if (owner === undefined) return;
    const open = machine.conditions.slice(owner.conditionDepth);
    owner.declare(name, merge(owner.vars.get(name), part, open));
  });
}

function propertyName(machine: Machine, target: t.MemberExpression, scope: Scope): string | undefined {
  if (target.property.type === "PrivateName") return `#${target.property.id.name}`;
  if (!target.computed && target.property.type === "Identifier") return target.property.name;
  return text(machine.evaluate(target.property, scope));
}

type Take = (name: string, part: Value) => void;

function destructure(machine: Machine, pattern: t.Node, value: Value, scope: Scope, take: Take): void {
  switch (pattern.type) {
    case "Identifier":
      take(pattern.name, value);
      return;
    case "AssignmentPattern": {
      const isAbsent = value.k === "prim" && value.v === undefined;
      const fallback = machine.evaluate(pattern.right, scope);
      const known = isAbsent ? fallback : value.k === "unknown" ? join(value, fallback) : value;
      const withEnv: Value =
        value.k === "env"
          ? { k: "fallback", left: value, right: fallback, site: { module: scope.module, node: pattern } }
          : known;
      destructure(machine, pattern.left, withEnv, scope, take);
      return;
    }
    case "ObjectPattern":
      destructureObject(machine, pattern, value, scope, take);
      return;
    case "ArrayPattern":
      for (const [i, element] of pattern.elements.entries()) {
        if (element === null) continue;
        if (element.type === "RestElement") {
          const rest =
            value.k === "arr" ? array(value.items.slice(i), value.open) : unknown("the rest of a list");
          destructure(machine, element.argument, rest, scope, take);
        } else {
          const part =
            value.k === "arr"
              ? (value.items[i] ?? (value.open ? unknown("element") : UNDEFINED))
              : unknown("element");
          destructure(machine, element, part, scope, take);
        }
      }
      return;
    case "TSParameterProperty":
      destructure(machine, pattern.parameter, value, scope, take);
      return;
    case "RestElement":
      destructure(machine, pattern.argument, value, scope, take);
      return;
    default:
  }
}

function destructureObject(
  machine: Machine,
  pattern: t.ObjectPattern,
  value: Value,
  scope: Scope,
  take: Take,
): void {
  const taken = new Set<string>();
  for (const one of pattern.properties) {
    const site = { module: scope.module, node: one };
    if (one.type === "RestElement") {
      const rest = object(value.k !== "obj" || value.open, site);
      if (value.k === "obj")
        for (const [key, part] of value.props) if (!taken.has(key)) rest.props.set(key, part);
      destructure(machine, one.argument, rest, scope, take);
      continue;
    }
    const key =
      one.key.type === "Identifier" && !one.computed ? one.key.name : text(machine.evaluate(one.key, scope));
    if (key !== undefined) taken.add(key);
    const part = key === undefined ? unknown("a computed property", site) : machine.member(value, key, site);
    destructure(machine, one.value, part, scope, take);
  }
}
