import { inProduction } from "../../../model/alternatives.ts";
import type { Part } from "../../../model/parts.ts";
import { property } from "../../../model/properties.ts";
import { UNDEFINED, type Value } from "../../../model/values.ts";
import { sourceText } from "../../kit/nodes.ts";

/** Whether nothing but limiters that stop nobody stand there. */
export const isWide = (part: Part): boolean => widthOf(part) !== undefined;

/** Ten thousand tries in ten minutes from one address are every common password for every account of a small site. */
const MOST_PER_MINUTE = 1000;

/** What a limiter lets through that stops nobody who tries passwords; `undefined` for the others, and where nobody knows. */
export function widthOf({ name, options = UNDEFINED }: Part): string | undefined {
  if (!/^express-rate-limit(?:\.(?:rateLimit|default))?$/.test(name)) return undefined;
  const given = inProduction(options);
  const skip = property(given, "skip");
  if (skip.k === "fn" && ALWAYS.test(sourceText(skip.module, skip.node)))
    return "is told to skip every request";
  const windowMs = numberOf(property(given, "windowMs")) ?? NaN;
  const limit = numberOf(property(given, "limit")) ?? numberOf(property(given, "max")) ?? NaN;
  const perMinute = (limit * 60_000) / windowMs;
  return perMinute > MOST_PER_MINUTE
    ? `lets ${String(Math.round(perMinute))} tries a minute through`
    : undefined;
}

const ALWAYS = /^(?:async )?(?:\([^()]{0,40}\)|\w{1,20}) ?=> ?(?:true|\{ ?return true;? ?\})$/;

function numberOf(value: Value): number | undefined {
  const one = inProduction(value);
  return one.k === "prim" && typeof one.v === "number" ? one.v : undefined;
}
