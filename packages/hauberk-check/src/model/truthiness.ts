import type { Value } from "./values.ts";

/** `true`, `false`, or `undefined` when it cannot be known. */
export function truthiness(value: Value): boolean | undefined {
  switch (value.k) {
    case "prim":
      return Boolean(value.v);
    case "obj":
    case "arr":
    case "fn":
    case "class":
    case "app":
    case "route":
    case "regex":
      return true;
    case "pkg":
      // A package is there; `cluster.isPrimary` may be anything.
      return value.path.length === 0 ? true : undefined;
    case "call":
      return value.isNew ? true : undefined;
    case "secret":
      return value.length > 0;
    case "fallback":
      return truthiness(value.right) === true ? true : undefined;
    case "either": {
      const all = value.values.map(truthiness);
      return all.every((one) => one === all[0]) ? all[0] : undefined;
    }
    case "unknown":
    case "env":
    case "mode":
    case "member":
      return undefined;
  }
}
