import type { Value } from "./values.ts";

const GLOBAL_PACKAGES =
  "require process console Object Array JSON Buffer Boolean Number String parseInt RegExp Promise Math Date setTimeout setInterval setImmediate structuredClone Symbol Map Set WeakMap WeakSet WeakRef Reflect URL globalThis";

/** Names every module has without declaring them. */
export function globalValues(): ReadonlyMap<string, Value> {
  const entries = GLOBAL_PACKAGES.split(" ").map((name): [string, Value] => [
    name,
    { k: "pkg", name, path: [] },
  ]);
  return new Map(entries);
}
