import type { StackValue } from "../../facts.ts";
import type { Engine } from "../closures.ts";
import { describe, measure } from "../measure.ts";
import { packageOf } from "../packages.ts";
import { described, first, object, plain, type Variables } from "./shape.ts";

export function cookieParser(variables: Variables): readonly StackValue[] {
  return [measure(first(variables, "secrets", "secret"))];
}

export function cors(variables: Variables, engine: Engine): readonly StackValue[] {
  const inner = engine.variables(variables.get("optionsCallback"));
  const options = variables.get("o") ?? inner.get("o");
  return typeof options === "function"
    ? [{ $unknown: "the options are computed for each request" }]
    : [describe(plain(options))];
}

export function rateLimit(variables: Variables, engine: Engine): readonly StackValue[] {
  // Since version 6 a function that catches errors stands around the one that counts.
  const wrapped = engine.variables(variables.get("fn"));
  const config = plain(first(variables, "config", "options") ?? first(wrapped, "config", "options"));
  return [
    object({
      limit: describe(config["limit"] ?? config["max"]),
      windowMs: describe(config["windowMs"]),
      store: describe(config["store"]),
      keyGenerator: isOwn(config["keyGenerator"], engine)
        ? describe(config["keyGenerator"])
        : { $undefined: true },
    }),
  ];
}

/** The package puts in functions of its own where none was given. */
function isOwn(fn: unknown, engine: Engine): boolean {
  const at = typeof fn === "function" ? engine.locate(fn) : undefined;
  return at !== undefined && packageOf(at.file) !== "express-rate-limit";
}

/** express-jwt 6 to 8: the options as they were given. */
export function expressJwt(variables: Variables): readonly StackValue[] | undefined {
  const options = variables.get("options");
  if (options === undefined) return undefined;
  const { secret, ...rest } = plain(options);
  return [
    object({
      ...described(rest),
      secret: typeof secret === "function" ? describe(secret) : measure(secret),
      credentialsRequired: describe(variables.get("credentialsRequired")),
    }),
  ];
}

export function methodOverride(variables: Variables): readonly StackValue[] {
  return [describe(variables.get("get")), object({ methods: describe(variables.get("methods")) })];
}

export function compression(variables: Variables): readonly StackValue[] {
  return [
    object({
      threshold: describe(variables.get("threshold")),
      filter: describe(variables.get("filter")),
    }),
  ];
}
