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
  const top = views.filter((view) => !nested.has(view.app) && isUsed(view));
  const roots = top.map((view) => (isPartOfAnother(program, view, top) ? { ...view, partial: true } : view));
  const seen = new Set(roots.flatMap((view) => view.apps));
  const loose = program.apps.filter((app) => !seen.has(app) && app.layers.length > 0);
  const partial = loose.map((app) => viewOf(program.machine, app, "source", true));
  const inner = new Set(partial.flatMap((view) => view.apps.filter((app) => app !== view.app)));
  return [...roots, ...partial.filter((view) => !inner.has(view.app))];
}

/** Only one of the package's apps listens: the others are mounted in it, where nobody could see it. */
function isPartOfAnother(program: Program, view: AppView, all: readonly AppView[]): boolean {
  if (isServed(program, view)) return false;
  const home = program.packages.manifestFor(view.app.site.module.path);
  return all.some(
    (other) => isServed(program, other) && program.packages.manifestFor(other.app.site.module.path) === home,
  );
}

const isServed = (program: Program, view: AppView): boolean =>
  view.app.listens.length > 0 ||
  program.machine.calls.some(({ call }) => call.args.some((one) => one.k === "app" && one.app === view.app));

const isUsed = (view: AppView): boolean =>
  view.steps.length > 0 || view.endpoints.length > 0 || view.app.listens.length > 0;
