import type { Request, Response } from "express";
import { contextOf } from "./context.ts";
import type { HeaderTable } from "./header-list.ts";

/**
 * Says which request headers an answer depends on. A route that sets `Vary` itself afterwards adds to it: with
 * `res.set("Vary", "Cookie")` behind `cors()`, a cache would hand the answer for one origin to another.
 *
 * @see RFC 9110 section 12.5.5
 */
export function dependOn(req: Request, res: Response, ...names: readonly string[]): void {
  // At once as well: used alone, without the hooks of hauberk(), nobody comes back to it.
  for (const name of names) res.vary(name);
  (contextOf(req).vary ??= []).push(...names);
}

/** Puts back what a route's own `Vary` left out. */
export function completeVary(table: HeaderTable, names: readonly string[]): void {
  const given = [table.get("vary") ?? []].flat().map(String).join(", ");
  const said = new Set(given.toLowerCase().split(/[\s,]+/));
  if (said.has("*")) return;
  const missing = names.filter((name) => !said.has(name.toLowerCase()));
  if (missing.length > 0) table.set("Vary", [given, ...new Set(missing)].filter(Boolean).join(", "));
}
