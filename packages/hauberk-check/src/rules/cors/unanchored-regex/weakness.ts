import { inProduction } from "../../../model/alternatives.ts";
import type { Value } from "../../../model/values.ts";

export function regexes(value: Value): readonly Extract<Value, { k: "regex" }>[] {
  const one = inProduction(value);
  if (one.k === "regex") return [one];
  return one.k === "arr" ? one.items.flatMap(regexes) : [];
}

export function weakness(source: string): string | undefined {
  if (!source.endsWith("$")) return "does not end with $";
  if (!source.startsWith("^") && !/^(?:\\\.|\(\?:?\^|\/\/)/.test(source))
    return "does not begin with ^ or an escaped dot";
  return /[a-z0-9](?<!\\)\.(?:com|org|net|io|dev|app|co|example)/i.test(source)
    ? "has a dot that matches any character"
    : undefined;
}
