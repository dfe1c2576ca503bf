import type { Machine } from "./machine.ts";
import type { Member, Site, Value } from "./values.ts";

/** `app.listen.bind(app)`, `app.use.apply(app, handlers)`: a method that is given what it belongs to is itself. */
export function callBound(
  machine: Machine,
  { of, name }: Member,
  [self, ...args]: readonly Value[],
  site: Site,
): Value | undefined {
  if (of.k !== "member" || self === undefined || !isSame(of.of, self)) return undefined;
  if (name === "bind" && args.length === 0) return of;
  if (name === "call") return machine.invoke(of, args, site, false);
  const [list] = args;
  return name === "apply" && list?.k === "arr" && !list.open
    ? machine.invoke(of, list.items, site, false)
    : undefined;
}

const isSame = (one: Value, other: Value): boolean =>
  one.k === "app" ? other.k === "app" && one.app === other.app : one.k === "call" && one === other;
