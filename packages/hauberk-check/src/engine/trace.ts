import type { AppSummary, RouteTrace } from "../report/finding.ts";
import { placeOfSite } from "../rules/places.ts";
import type { Lens } from "../rules/rule.ts";
import { before, type AppView, type Endpoint } from "../model/view.ts";
import { printPath } from "../model/path-patterns.ts";
import { protections } from "./protections.ts";

/** What every route passes, for the picture in the report and for people who ask. */
export function traceApps(views: readonly AppView[], lens: Lens): readonly AppSummary[] {
  return views.map((view) => ({
    whole: !view.partial,
    place: placeOfSite(view.app.site),
    express: view.express,
    lens,
    routes: view.endpoints.map((endpoint) => traceRoute(view, endpoint)),
  }));
}

function traceRoute(view: AppView, endpoint: Endpoint): RouteTrace {
  const steps = before(view, endpoint).flatMap((step) =>
    step.parts.map((part) => ({ part, layer: step.layer })),
  );
  const own = endpoint.parts.slice(0, -1).map((part) => ({ part, layer: endpoint.layer }));
  const passed = [...steps, ...own].filter(({ part }) => part.role !== "other" || part.name !== "");
  return {
    method: endpoint.method.toUpperCase(),
    path: printPath(endpoint.paths),
    place: placeOfSite(endpoint.layer.site),
    passes: passed.map(({ part, layer }) => ({
      role: part.role,
      name: part.name === "" ? part.role : part.name,
      conditional: part.conditional,
      place: placeOfSite(layer.site),
    })),
    missing: view.partial ? [] : protections(view, endpoint).missing,
  };
}
