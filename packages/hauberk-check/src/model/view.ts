import { inProduction } from "./alternatives.ts";
import {
  inDevelopmentOnly,
  isConditional,
  type App,
  type ExpressMajor,
  type Hole,
  type Layer,
  type Setting,
} from "./app.ts";
import type { Machine } from "./machine.ts";
import { partsOf, type Part } from "./parts.ts";
import { covers, pathsOf, type PathPattern } from "./path-patterns.ts";
import type { Site, Value } from "./values.ts";
import { remembered } from "../remembered.ts";

/** A middleware at its place in the order of the whole app. */
export interface Step {
  readonly at: number;
  readonly layer: Layer;
  readonly paths: readonly PathPattern[];
  readonly parts: readonly Part[];
  readonly conditional: boolean;
}

/** A route at its place in the order of the whole app. */
export interface Endpoint {
  readonly at: number;
  readonly app: App;
  readonly layer: Layer;
  readonly method: string;
  readonly paths: readonly PathPattern[];
  /** Middleware given to the route itself, the answering function last. */
  readonly parts: readonly Part[];
  readonly handlers: readonly Value[];
}

/** One served application with everything mounted in it, in the order a request meets it. */
export interface AppView {
  readonly app: App;
  readonly express: ExpressMajor;
  readonly steps: readonly Step[];
  readonly endpoints: readonly Endpoint[];
  readonly settings: readonly Setting[];
  readonly holes: readonly Hole[];
  readonly apps: readonly App[];
  readonly lens: "source" | "stack";
  /** Nothing in the project mounts it and it is not an application: its surroundings are unknown. */
  readonly partial: boolean;
}

interface Draft {
  at: number;
  readonly machine: Machine;
  readonly steps: Step[];
  readonly endpoints: Endpoint[];
  readonly settings: Setting[];
  readonly holes: Hole[];
  readonly apps: App[];
}

/** Lays out an app and everything mounted in it as one ordered list. */
export function viewOf(machine: Machine, app: App, lens: AppView["lens"], partial: boolean): AppView {
  const draft: Draft = { at: 0, machine, steps: [], endpoints: [], settings: [], holes: [], apps: [] };
  visit(draft, app, [{ kind: "all" }], false);
  return { app, express: app.express, lens, partial, ...draft };
}

function visit(draft: Draft, app: App, prefix: readonly PathPattern[], conditional: boolean): void {
  if (draft.apps.includes(app)) return;
  draft.apps.push(app);
  draft.holes.push(...app.holes);
  draft.settings.push(...app.settings.filter((one) => !inDevelopmentOnly(one.conditions)));
  for (const layer of inOrder(app)) {
    if (inDevelopmentOnly(layer.conditions)) continue;
    const maybe = conditional || isConditional(layer.conditions);
    if (layer.kind === "route") addEndpoint(draft, app, layer, prefix);
    else if (layer.kind === "use") addSteps(draft, layer, prefix, maybe);
  }
}

/** Express 3 runs all routes where `app.router` was mounted. */
function inOrder(app: App): readonly Layer[] {
  const at = app.layers.findIndex((one) => one.kind === "v3-router");
  const isV3 = app.kind === "app" && app.express <= 3;
  if (!isV3) return app.layers;
  const routes = app.layers.filter((one) => one.kind === "route");
  const firstRoute = app.layers.findIndex((one) => one.kind === "route");
  const position = at === -1 ? firstRoute : at;
  if (position === -1) return app.layers;
  const earlier = app.layers.slice(0, position).filter((one) => one.kind !== "route");
  const later = app.layers.slice(position).filter((one) => one.kind !== "route");
  return [...earlier, ...routes, ...later];
}

function addEndpoint(draft: Draft, app: App, layer: Layer, prefix: readonly PathPattern[]): void {
  const paths = pathsOf(layer.path, prefix, true);
  const parts = layer.handlers.flatMap((one) => partsOf(draft.machine, one, siteOf(one) ?? layer.site));
  draft.endpoints.push({
    at: draft.at,
    app,
    layer,
    method: layer.method,
    paths,
    parts,
    handlers: layer.handlers,
  });
  draft.at += 1;
}

function addSteps(draft: Draft, layer: Layer, prefix: readonly PathPattern[], conditional: boolean): void {
  const paths = pathsOf(layer.path, prefix);
  for (const handler of layer.handlers) {
    const nested = nestedApps(handler);
    for (const one of nested) visit(draft, one, paths, conditional);
    if (nested.length > 0) continue;
    const parts = partsOf(draft.machine, handler, siteOf(handler) ?? layer.site, conditional);
    draft.steps.push({ at: draft.at, layer, paths, parts, conditional });
    draft.at += 1;
  }
}

function nestedApps(handler: Value): readonly App[] {
  const value = inProduction(handler);
  if (value.k === "app") return [value.app];
  if (value.k === "either") return value.values.flatMap(nestedApps);
  if (value.k === "fallback") return [...nestedApps(value.left), ...nestedApps(value.right)];
  if (value.k === "obj") {
    // `app.use(routes)` where routes is a namespace with the router as its default export.
    const inner = value.props.get("default") ?? value.props.get("router");
    return inner?.k === "app" ? [inner.app] : [];
  }
  return [];
}

function siteOf(value: Value): Site | undefined {
  return "site" in value ? value.site : undefined;
}

const BEFORE = new WeakMap<Endpoint, readonly Step[]>();

/** The middleware a request to this endpoint passes first; `maybe` when a path could not be compared. */
export function before(view: AppView, endpoint: Endpoint): readonly Step[] {
  // Every second rule asks for each route; an endpoint belongs to one view.
  let steps = BEFORE.get(endpoint);
  if (steps === undefined) {
    steps = view.steps.filter(
      (step) => step.at < endpoint.at && covers(step.paths, endpoint.paths) !== false,
    );
    BEFORE.set(endpoint, steps);
  }
  return steps;
}

interface PlacedPart {
  readonly at: number;
  readonly part: Part;
  readonly step: Step | Endpoint;
}

/** All parts of an app in order, those of routes included. */
export const allParts: (view: AppView) => readonly PlacedPart[] = remembered(placeParts);

function placeParts(view: AppView): readonly PlacedPart[] {
  const holders: readonly (Step | Endpoint)[] = [...view.steps, ...view.endpoints];
  return holders
    .flatMap((step) => step.parts.map((part) => ({ at: step.at, part, step })))
    .toSorted((a, b) => a.at - b.at);
}
