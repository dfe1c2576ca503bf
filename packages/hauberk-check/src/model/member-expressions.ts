import type { t } from "../parse/ast.ts";
import { byMode } from "./alternatives.ts";
import { superMember } from "./classes.ts";
import { configMember } from "./config-package.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { unknown, type Site, type Value } from "./values.ts";

/** `holder.name`, `holder["name"]`, `holder[key]`. */
export function memberExpression(
  machine: Machine,
  node: t.MemberExpression | t.OptionalMemberExpression,
  scope: Scope,
  site: Site,
): Value {
  if (node.object.type === "Super") return superMember(node, scope);
  const holder = machine.evaluate(node.object, scope);
  if (node.property.type === "PrivateName") return machine.member(holder, `#${node.property.id.name}`, site);
  if (!node.computed)
    return node.property.type === "Identifier"
      ? ofConfig(machine, machine.member(holder, node.property.name, site), site)
      : unknown("member", site);
  const key = machine.evaluate(node.property, scope);
  if (key.k === "prim") return machine.member(holder, String(key.v), site);
  if (holder.k === "obj" && (key.k === "env" || key.k === "fallback")) {
    const [prod, dev] = [holder.props.get("production"), holder.props.get("development")];
    if (prod !== undefined && dev !== undefined) return byMode(prod, dev);
  }
  return holder.k === "app" ? { k: "member", of: holder, name: "?" } : unknown("a computed property", site);
}

/** `config.session`: a group whose settings come from somewhere else as well stays what it is. */
const ofConfig = (machine: Machine, value: Value, site: Site): Value =>
  value.k === "pkg" && value.name === "config" ? (configMember(machine, value, site) ?? value) : value;
