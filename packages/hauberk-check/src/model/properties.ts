import { inProduction, join } from "./alternatives.ts";
import { UNDEFINED, unknown, type Site, type Value } from "./values.ts";

/** A property of an object value; missing from a closed object is `undefined`, from anything else unknown. */
export function property(value: Value, path: string): Value {
  let current = inProduction(value);
  for (const name of path.split(".")) current = inProduction(propertyOf(current, name));
  return current;
}

function propertyOf(value: Value, name: string): Value {
  switch (value.k) {
    case "obj":
      return (
        value.props.get(name) ?? (value.open ? unknown(`property ${name} may be set elsewhere`) : UNDEFINED)
      );
    case "either":
      return value.values.map((one) => propertyOf(one, name)).reduce(join);
    case "fallback":
      return join(propertyOf(value.left, name), propertyOf(value.right, name));
    case "mode":
      return propertyOf(value.prod, name);
    case "prim":
      return value.v === undefined || value.v === null
        ? UNDEFINED
        : unknown(`property ${name} of a primitive`);
    default:
      return unknown(`property ${name} of a value that is not known`);
  }
}

/** Where a property was written, so a finding can point at it. */
export function propertySite(value: Value, path: string): Site | undefined {
  const names = path.split(".");
  const last = names.pop();
  const holder = names.length === 0 ? inProduction(value) : property(value, names.join("."));
  return holder.k === "obj" && last !== undefined ? holder.sites.get(last) : undefined;
}
