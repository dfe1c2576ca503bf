import type { t } from "../parse/ast.ts";
import { byMode } from "./alternatives.ts";
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
  const holder = machine.evaluate(node.object, scope);
  if (node.property.type === "PrivateName") return machine.member(holder, `#${node.property.id.name}`, site);
  if (!node.computed)
    return node.property.type === "Identifier"
      ? machine.member(holder, node.property.name, site)
      : unknown("member", site);
  const key = machine.evaluate(node.property, scope);
  if (key.k === "prim") return machine.member(holder, String(key.v), site);
  if (holder.k === "obj" && (key.k === "env" || key.k === "fallback")) {
    const [prod, dev] = [holder.props.get("production"), holder.props.get("development")];
    if (prod !== undefined && dev !== undefined) return byMode(prod, dev);
  }
  return holder.k === "app" ? { k: "member", of: holder, name: "?" } : unknown("a computed property", site);
}
