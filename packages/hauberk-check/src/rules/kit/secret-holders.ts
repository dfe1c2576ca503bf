import { inProduction } from "../../model/alternatives.ts";
import type { Value } from "../../model/values.ts";

/** Names of what holds the settings of a program. */
export const SECRET_HOLDER: RegExp =
  /(?:^|\.)(?:config|configuration|settings|conf|cfg|secrets|credentials)$/i;
const HELD = /(?:secret|password|passwd|private_?key|api_?key|token)s?$/i;
const MAX_DEPTH = 4;

/** The name of the first property that is a secret and has a value: a text, or what the environment gives. */
export function secretInside(given: Value, depth: number = MAX_DEPTH): string | undefined {
  const value = inProduction(given);
  if (value.k !== "obj" || depth === 0) return undefined;
  for (const [name, held] of value.props) {
    const one = inProduction(held);
    if (HELD.test(name) && hasText(one)) return name;
    const inner = secretInside(one, depth - 1);
    if (inner !== undefined) return `${name}.${inner}`;
  }
  return undefined;
}

const hasText = (value: Value): boolean =>
  value.k === "env" ||
  value.k === "fallback" ||
  (value.k === "prim" && typeof value.v === "string" && value.v !== "");
