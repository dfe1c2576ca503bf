import type { StackValue } from "../../facts.ts";
import type { Engine } from "../closures.ts";
import { describe, measure } from "../measure.ts";
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

export function rateLimit(variables: Variables): readonly StackValue[] {
  const config = plain(first(variables, "config", "options"));
  return [
    object({
      limit: describe(config["limit"] ?? config["max"]),
      windowMs: describe(config["windowMs"]),
      store: describe(config["store"]),
    }),
  ];
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
