import { unknown, type Value } from "./values.ts";

/** Two possible values as one; equal ones stay one. */
export function join(a: Value, b: Value): Value {
  if (a === b || sameValue(a, b)) return a;
  const values = [...alternatives(a), ...alternatives(b)];
  const distinct = values.filter((one, i) => values.findIndex((other) => sameValue(one, other)) === i);
  if (distinct.length > 12) return unknown("too many possible values");
  return distinct.length === 1 && distinct[0] !== undefined ? distinct[0] : { k: "either", values: distinct };
}

export function alternatives(value: Value): readonly Value[] {
  return value.k === "either" ? value.values : [value];
}

export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.k === "prim" && b.k === "prim") return a.v === b.v;
  if (a.k === "env" && b.k === "env") return a.name === b.name;
  if (a.k === "pkg" && b.k === "pkg") return a.name === b.name && a.path.join(".") === b.path.join(".");
  return false;
}

/**
 * One value with NODE_ENV=production, another without. A choice by the same variable inside one of them is made already:
 * a variable assigned in a dozen such places would otherwise be a tree of thousands of values.
 */
export function byMode(prod: Value, dev: Value): Value {
  const [deployed, developed] = [inProduction(prod), under(dev, "dev")];
  return deployed === developed ? deployed : { k: "mode", prod: deployed, dev: developed };
}

/** The value with NODE_ENV=production: what a deployed app will see. */
export function inProduction(value: Value): Value {
  return under(value, "prod");
}

/** A text in production, or the one that stands in for a variable of the environment. */
export function textInProduction(value: Value): string | undefined {
  const one = inProduction(value);
  if (one.k === "fallback") return textInProduction(one.right);
  return one.k === "prim" && typeof one.v === "string" ? one.v : undefined;
}

function under(value: Value, mode: "prod" | "dev"): Value {
  if (value.k === "mode") return under(value[mode], mode);
  if (value.k !== "either") return value;
  return value.values.map((one) => under(one, mode)).reduce(join);
}
