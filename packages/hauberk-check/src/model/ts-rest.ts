import type { App } from "./app.ts";
import { dataOf } from "./controller-routes.ts";
import { addLayer } from "./layers.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import { isKnown, prim, rootPackage, UNDEFINED, unknown, type Site, type Value } from "./values.ts";

const PACKAGE = "@ts-rest/express";
const TS_REST = /^@ts-rest\//;

/** `createExpressEndpoints(contract, router, app, { globalMiddleware })` adds a route for each of those that the contract names. */
export function createEndpoints(
  machine: Machine,
  [contract = UNDEFINED, router = UNDEFINED, app = UNDEFINED, options = UNDEFINED]: readonly Value[],
  site: Site,
): Value {
  if (app.k === "app")
    addRoutes(machine, app.app, {
      routes: partOf(contract),
      handlers: partOf(router),
      before: listOf(property(options, "globalMiddleware"), site),
      site,
      depth: 0,
    });
  return UNDEFINED;
}

interface Place {
  readonly routes: Value;
  readonly handlers: Value;
  readonly before: readonly Value[];
  readonly site: Site;
  readonly depth: number;
}

/** Contracts in contracts in contracts. */
const MAX_DEPTH = 8;

function addRoutes(machine: Machine, app: App, place: Place): void {
  const { routes, handlers, before, depth } = place;
  if (routes.k !== "obj" || routes.open || depth > MAX_DEPTH) {
    machine.notes.add("some routes of a contract are not known: they are not checked");
    return;
  }
  for (const [name, one] of routes.props) {
    const site = routes.sites.get(name) ?? place.site;
    const handler = partOf(property(handlers, name));
    const [method, path] = [property(one, "method"), property(one, "path")].map(text);
    if (method === undefined || path === undefined)
      addRoutes(machine, app, { ...place, routes: partOf(one), handlers: handler, site, depth: depth + 1 });
    else
      addLayer(machine, app, {
        kind: "route",
        method: method.toLowerCase(),
        path: prim(path, site),
        handlers: [...before, ...middlewaresOf(handler, site), dataOf(PACKAGE, site)],
        site,
      });
  }
}

/** `contract.router({ ... })` and `server.router(contract, { ... })` are the last object they are given. */
export function partOf(value: Value): Value {
  if (value.k !== "call" || !TS_REST.test(rootPackage(value)?.name ?? "")) return value;
  return value.args.findLast(({ k }) => k === "obj") ?? value;
}

/** Those beside a handler: `{ middleware: [signedIn], handler }`; of a handler that was not read nobody knows. */
function middlewaresOf(handler: Value, site: Site): readonly Value[] {
  if (handler.k === "fn") return [];
  return handler.k === "obj" ? listOf(property(handler, "middleware"), site) : [unknown("a handler", site)];
}

function listOf(value: Value, site: Site): readonly Value[] {
  if (isKnown(value, undefined)) return [];
  return value.k === "arr" && !value.open ? value.items : [unknown("some middlewares", site)];
}
