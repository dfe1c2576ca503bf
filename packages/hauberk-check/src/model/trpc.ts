import type { App } from "./app.ts";
import { dataOf, JSON_PARSER, namedGuard } from "./controller-routes.ts";
import { addLayer } from "./layers.ts";
import type { Machine } from "./machine.ts";
import { sourceText } from "./module.ts";
import { property } from "./properties.ts";
import { prim, rootPackage, UNDEFINED, unknown, type Call, type Site, type Value } from "./values.ts";

const PACKAGE = "@trpc/server";

/** `createExpressMiddleware({ router })` is a router of Express with a route for each procedure: a query is asked for by GET, a mutation by POST. */
export function createProcedures(
  machine: Machine,
  [options = UNDEFINED]: readonly Value[],
  site: Site,
): Value {
  const made = machine.newApp("router", site);
  if (made.k === "app")
    addRouter(machine, made.app, property(options, "router"), { path: "", site, depth: 0 });
  return made;
}

interface Place {
  readonly path: string;
  readonly site: Site;
  readonly depth: number;
}

/** Routers below routers below routers. */
const MAX_DEPTH = 8;

function addRouter(machine: Machine, app: App, value: Value, place: Place): void {
  const procedures = value.k === "call" ? value.args.filter(({ k }) => k === "obj") : [value];
  const isMerged = value.k === "call" && value.callee.k === "member" && value.callee.name === "mergeRouters";
  if (isMerged && place.depth < MAX_DEPTH) {
    for (const one of value.args) addRouter(machine, app, one, { ...place, depth: place.depth + 1 });
    return;
  }
  const [list] = procedures;
  if (list?.k !== "obj" || list.open || place.depth >= MAX_DEPTH) {
    machine.notes.add("some procedures of tRPC are not known: they are not checked");
    return;
  }
  for (const [name, one] of list.props) {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const site = list.sites.get(name) ?? place.site;
    const verb = one.k === "call" ? verbOf(one) : undefined;
    if (one.k === "call" && verb === "subscription") continue;
    if (one.k !== "call" || verb === undefined)
      addRouter(machine, app, one, { path, site, depth: place.depth + 1 });
    else
      addLayer(machine, app, {
        kind: "route",
        method: verb,
        path: prim(`/${path}`, site),
        handlers: [...readerOf(machine, place.site), ...guardsOf(one, site), dataOf(PACKAGE, site)],
        site,
      });
  }
}

/** Before its version 11 it takes a body of whatever type for JSON, that of a form of another site too. */
function readerOf({ program }: Machine, { module }: Site): readonly Value[] {
  const version = /\d+/.exec(program.packages.versionOf(PACKAGE, module.path) ?? "")?.[0];
  return version !== undefined && Number(version) < 11 ? [] : [JSON_PARSER];
}

const VERBS: ReadonlyMap<string, string> = new Map([
  ["query", "get"],
  ["mutation", "post"],
  ["subscription", "subscription"],
]);

const verbOf = ({ callee }: Call): string | undefined =>
  callee.k === "member" && rootPackage(callee)?.name === PACKAGE ? VERBS.get(callee.name) : undefined;

/** What `t.procedure.use(signedIn).input(schema).query(...)` asks first. */
function guardsOf(procedure: Call, site: Site): readonly Value[] {
  const found: Value[] = [];
  for (let at: Value | undefined = procedure; at !== undefined; at = holderOf(at))
    if (at.k === "call" && at.callee.k === "member" && at.callee.name === "use")
      found.unshift(...guardOf(at.args[0] ?? UNDEFINED, site));
  return found;
}

function holderOf(value: Value): Value | undefined {
  if (value.k === "member") return value.of;
  return value.k === "call" ? value.callee : undefined;
}

/** A middleware that throws `UNAUTHORIZED` lets nobody through whom it does not know; of one that is not read nobody knows. */
function guardOf(middleware: Value, site: Site): readonly Value[] {
  const given = middleware.k === "call" ? middleware.args[0] : middleware;
  if (given?.k !== "fn") return [unknown("a middleware of tRPC", site)];
  const code = /\b(?:UNAUTHORIZED|FORBIDDEN|TOO_MANY_REQUESTS)\b/.exec(
    sourceText(given.module, given.node),
  )?.[0];
  if (code === undefined) return [];
  return [namedGuard(PACKAGE, code === "TOO_MANY_REQUESTS" ? "RateLimit" : code, site)];
}
