import { inProduction } from "../model/alternatives.ts";
import { array, object, prim, UNDEFINED, unknown, type Pkg, type Site, type Value } from "../model/values.ts";
import type { StackValue } from "./facts.ts";

/**
 * A value of the running app in the terms of the model.
 * `written` is what the source lens made of the same expression: it lends its places.
 */
export function toValue(value: StackValue, written: Value | undefined, site: Site): Value {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null)
    return prim(value, siteOf(written));
  if (isList(value)) {
    const items = written?.k === "arr" ? written.items : [written];
    return array(
      value.map((one, i) => toValue(one, items[i], site)),
      false,
      siteOf(written) ?? site,
    );
  }
  if ("$undefined" in value) return UNDEFINED;
  if ("$secret" in value) return { k: "secret", ...value.$secret };
  if ("$infinity" in value) return { k: "pkg", name: "Infinity", path: [] };
  if ("$regex" in value) return { k: "regex", source: value.$regex, flags: value.flags, site };
  if ("$class" in value) return { k: "call", callee: classOf(value), args: [], isNew: true, site };
  if ("$object" in value) return toObject(value.$object, written, site);
  // A function is best read where it was written.
  if ("$function" in value) return written?.k === "fn" ? written : unknown("a function");
  return unknown(value.$unknown);
}

const isList = (value: StackValue): value is readonly StackValue[] => Array.isArray(value);
const siteOf = (value: Value | undefined): Site | undefined =>
  value !== undefined && "site" in value ? value.site : undefined;

function classOf(value: { readonly $class: string; readonly package: string | undefined }): Pkg {
  return { k: "pkg", name: value.package ?? "(class)", path: [value.$class] };
}

function toObject(
  entries: Readonly<Record<string, StackValue>>,
  written: Value | undefined,
  site: Site,
): Value {
  const source = written === undefined ? undefined : inProduction(written);
  const made = object(false, source?.k === "obj" ? source.site : site);
  for (const [name, one] of Object.entries(entries)) {
    const before = source?.k === "obj" ? source.props.get(name) : undefined;
    const value = toValue(one, before, site);
    if (value !== UNDEFINED) made.props.set(name, value);
  }
  if (source?.k === "obj") for (const [name, at] of source.sites) made.sites.set(name, at);
  return made;
}
