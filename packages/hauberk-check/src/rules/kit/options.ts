import { alternatives, inProduction } from "../../model/alternatives.ts";
import { property, propertySite } from "../../model/properties.ts";
import { UNDEFINED, type Primitive, type Site, type Value } from "../../model/values.ts";
import type { Edit, PackageCall } from "../rule.ts";

export type Judgement = "good" | "bad" | "unknown";

/** Judges a value by what production will see; several possible values must agree. */
export function judge(value: Value, isGood: (v: Primitive) => boolean): Judgement {
  const seen = alternatives(inProduction(value)).map((one): Judgement =>
    one.k === "prim" ? (isGood(one.v) ? "good" : "bad") : "unknown",
  );
  const [first] = seen;
  return first !== undefined && seen.every((one) => one === first) ? first : "unknown";
}

export const optionsOf = (call: PackageCall, at: number = 0): Value =>
  inProduction(call.args[at] ?? UNDEFINED);
export const option = (call: PackageCall, path: string, at: number = 0): Value =>
  property(optionsOf(call, at), path);

/** Where an option stands; the nearest enclosing thing when it is not written at all. */
export function optionSite(call: PackageCall, path: string, at: number = 0): Site {
  const names = path.split(".");
  for (let length = names.length; length > 0; length -= 1) {
    const site = propertySite(optionsOf(call, at), names.slice(0, length).join("."));
    if (site !== undefined) return site;
  }
  return call.site;
}

/** Sets a boolean inside an object literal that is already there; `undefined` when that would be more than a flag. */
export function setFlag(options: Value, path: string, text: string): readonly Edit[] | undefined {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const holder = names.length === 0 ? options : property(options, names.join("."));
  if (holder.k !== "obj" || holder.site === undefined) return undefined;
  const file = holder.site.module.path;
  const written = holder.sites.get(last)?.node;
  if (written?.type === "ObjectProperty" && written.value.type === "BooleanLiteral") {
    return [{ file, start: written.value.start ?? 0, end: written.value.end ?? 0, text }];
  }
  if (written !== undefined || holder.site.node.type !== "ObjectExpression") return undefined;
  const [first] = holder.site.node.properties;
  if (first === undefined) return undefined;
  const at = first.start ?? 0;
  return [{ file, start: at, end: at, text: `${last}: ${text}, ` }];
}

/** The literal texts a value may be, with their places. */
export function literals(
  value: Value,
): readonly { readonly text: string; readonly site: Site | undefined }[] {
  const one = inProduction(value);
  switch (one.k) {
    case "prim":
      return typeof one.v === "string" ? [{ text: one.v, site: one.site }] : [];
    case "either":
      return one.values.flatMap(literals);
    case "arr":
      return one.items.flatMap(literals);
    default:
      return [];
  }
}
