import { property } from "./properties.ts";
import { env, text } from "./operators.ts";
import { isKnown, UNDEFINED, type Call, type Site, type Value } from "./values.ts";

/**
 * `convict({ secrets: { session: { default: "...", env: "SESSION_SECRET" } } }).get("secrets.session")`: the
 * environment variable, or else the default; `undefined` for what the schema does not say.
 */
export function callConvict(
  config: Call,
  name: string,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  if (config.callee.k !== "pkg" || config.callee.name !== "convict") return undefined;
  const [first] = args;
  const path = first === undefined ? undefined : text(first);
  if (name !== "get" || path === undefined) return undefined;
  const entry = property(config.args[0] ?? UNDEFINED, path);
  if (entry.k !== "obj") return undefined;
  const right = property(entry, "default");
  const variable = text(property(entry, "env"));
  if (variable === undefined) return isKnown(right, null) ? undefined : right;
  const left = env(variable, site);
  return isKnown(right, null) || isKnown(right, undefined) ? left : { k: "fallback", left, right, site };
}
