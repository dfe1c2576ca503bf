import { viewOf, type AppView } from "../model/view.ts";
import type { Program } from "../model/program.ts";

const CACHE = new WeakMap<Program, readonly AppView[]>();

/** The apps a request can reach, then the routers and functions nothing was seen to mount. */
export function viewsOf(program: Program): readonly AppView[] {
  let views = CACHE.get(program);
  if (views === undefined) {
    views = layOut(program);
    CACHE.set(program, views);
  }
  return views;
}

function layOut(program: Program): readonly AppView[] {
  const views = program.apps
    .filter((app) => app.kind === "app")
    .map((app) => viewOf(program.machine, app, "source", false));
  const nested = new Set(views.flatMap((view) => view.apps.filter((app) => app !== view.app)));
  const roots = views.filter((view) => !nested.has(view.app) && isUsed(view));
  const seen = new Set(roots.flatMap((view) => view.apps));
  const loose = program.apps.filter((app) => !seen.has(app) && app.layers.length > 0);
  const partial = loose.map((app) => viewOf(program.machine, app, "source", true));
  const inner = new Set(partial.flatMap((view) => view.apps.filter((app) => app !== view.app)));
  return [...roots, ...partial.filter((view) => !inner.has(view.app))];
}

const isUsed = (view: AppView): boolean =>
  view.steps.length > 0 || view.endpoints.length > 0 || view.app.listens.length > 0;
