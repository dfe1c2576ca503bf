import { isFunction, type t } from "../parse/ast.ts";
import { byMode, join } from "./alternatives.ts";
import { isOfExpress } from "./express-methods.ts";
import type { Machine } from "./machine.ts";
import { merge } from "./merge.ts";
import { env } from "./operators.ts";
import { ROOT } from "./root.ts";
import { Scope } from "./scope.ts";
import { prim, UNDEFINED, unknown, type Class, type Obj, type Site, type Value } from "./values.ts";

export function member(holder: Value, name: string, site: Site): Value {
  switch (holder.k) {
    case "obj":
      return objectMember(holder, name, site);
    case "arr":
      return arrayMember(holder, name, site);
    case "fn":
      return holder.props.get(name) ?? { k: "member", of: holder, name };
    case "class":
      return holder.statics.get(name) ?? unknown(`static ${name}`, site);
    case "pkg":
      if (holder.name === "process" && holder.path[0] === "env") return env(name, site);
      return holder.isNamespace && name === "default"
        ? { k: "pkg", name: holder.name, path: holder.path, site }
        : { k: "pkg", name: holder.name, path: [...holder.path, name], site };
    case "mode":
      return byMode(member(holder.prod, name, site), member(holder.dev, name, site));
    case "either":
      return holder.values.map((one) => member(one, name, site)).reduce(join);
    case "prim":
      if (typeof holder.v === "string" && name === "length") return prim(holder.v.length);
      // The address of a file is its path here.
      if (name === "href" && typeof holder.v === "string" && holder.v.startsWith(ROOT)) return holder;
      return holder.v === undefined || holder.v === null ? UNDEFINED : { k: "member", of: holder, name };
    case "call":
      // `expressWs(app).app`: a package that hands the app back under a property.
      if (name === "app")
        return holder.args.find((one) => one.k === "app") ?? { k: "member", of: holder, name };
      return { k: "member", of: holder, name };
    case "fallback":
    case "unknown":
    case "env":
    case "regex":
    case "member":
    case "secret":
    case "route":
      return { k: "member", of: holder, name };
    case "app":
      return holder.app.props.get(name) ?? { k: "member", of: holder, name };
  }
}

function objectMember(holder: Obj, name: string, site: Site): Value {
  const own = holder.props.get(name);
  if (own !== undefined) return own;
  const method = holder.cls === undefined ? undefined : methodOf(holder.cls, name, holder);
  if (method !== undefined) return method;
  if (["hasOwnProperty", "toString", "then"].includes(name)) return { k: "member", of: holder, name };
  if (holder.open || holder.cls !== undefined)
    return { k: "member", of: unknown(`property ${name} may be set elsewhere`, site), name };
  return UNDEFINED;
}

function arrayMember(holder: Extract<Value, { k: "arr" }>, name: string, site: Site): Value {
  if (name === "length") return holder.open ? unknown("length") : prim(holder.items.length);
  if (/^\d+$/.test(name))
    return holder.items[Number(name)] ?? (holder.open ? unknown("element", site) : UNDEFINED);
  return { k: "member", of: holder, name };
}

export function methodOf(cls: Class, name: string, self: Value): Value | undefined {
  for (const one of cls.node.body.body) {
    if (!isFunction(one) || ("static" in one && one.static)) continue;
    const key = "key" in one ? memberName(one.key) : undefined;
    if (key !== name) continue;
    const scope = new Scope(cls.module, cls.scope, 0, self);
    if (one.type === "ClassMethod" && one.kind === "get") return unknown(`getter ${name}`);
    return { k: "fn", node: one, scope, module: cls.module, self, props: new Map() };
  }
  return cls.parent?.k === "class" ? methodOf(cls.parent, name, self) : undefined;
}

/** `name` and `#name` of a member that is written as a name or a text. */
export function memberName(key: t.Node): string | undefined {
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateName") return `#${key.id.name}`;
  return key.type === "StringLiteral" ? key.value : undefined;
}

/** Writes `holder.name = value`, under the conditions open right now. */
export function setMember(machine: Machine, holder: Value, name: string, value: Value, site: Site): void {
  if (holder.k === "obj") {
    const before = holder.props.get(name);
    holder.props.set(name, merge(before, value, machine.conditions));
    holder.sites.set(name, site);
  } else if (holder.k === "fn") holder.props.set(name, value);
  else if (holder.k === "class") holder.statics.set(name, value);
  else if (holder.k === "mode") {
    setMember(machine, holder.prod, name, value, site);
    setMember(machine, holder.dev, name, value, site);
  } else if (holder.k === "app" && !isOfExpress(name))
    holder.app.props.set(name, merge(holder.app.props.get(name), value, machine.conditions));
  else if (holder.k === "member" && holder.of.k === "app" && holder.name === "locals")
    holder.of.app.locals.add(name);
}
