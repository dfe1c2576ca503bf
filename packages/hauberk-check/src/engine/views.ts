import { inDevelopmentOnly, type App } from "../model/app.ts";
import { viewOf, type AppView } from "../model/view.ts";
import type { Program } from "../model/program.ts";
import { remembered } from "../remembered.ts";

/** The apps a request can reach, then the routers and functions nothing was seen to mount. */
export const viewsOf: (program: Program) => readonly AppView[] = remembered(layOut);

function layOut(program: Program): readonly AppView[] {
  const views = program.apps
    .filter((app) => app.kind === "app")
    .map((app) => viewOf(program.machine, app, "source", false));
  const nested = new Set(views.flatMap((view) => view.apps.filter((app) => app !== view.app)));
  const top = views.filter((view) => !nested.has(view.app) && isUsed(view));
  const parts = partsOfAnother(program, top);
  const roots = top.map((view) => (parts.has(view) ? { ...view, partial: true } : view));
  const seen = new Set(roots.flatMap((view) => view.apps));
  const hidden = inDevelopment(program);
  const loose = program.apps.filter((app) => !seen.has(app) && !hidden.has(app) && app.layers.length > 0);
  const partial = loose.map((app) => viewOf(program.machine, app, "source", true));
  const inner = new Set(partial.flatMap((view) => view.apps.filter((app) => app !== view.app)));
  return [...roots, ...partial.filter((view) => !inner.has(view.app))];
}

/** Routers that are mounted only in development, with what is mounted in them: no deployed app has them. */
function inDevelopment(program: Program): ReadonlySet<App> {
  const hidden = new Set<App>();
  const hide = (app: App): void => {
    if (hidden.has(app)) return;
    hidden.add(app);
    for (const layer of app.layers) for (const one of layer.handlers) if (one.k === "app") hide(one.app);
  };
  for (const layer of program.apps.flatMap((app) => app.layers)) {
    if (!inDevelopmentOnly(layer.conditions)) continue;
    for (const one of layer.handlers) if (one.k === "app") hide(one.app);
  }
  return hidden;
}

/** Of a package's apps the others are mounted, where nobody could see it, in the one that listens, or else in the largest. */
function partsOfAnother(program: Program, top: readonly AppView[]): ReadonlySet<AppView> {
  const handedOn = new Set(
    program.machine.calls.flatMap(({ call }) =>
      call.args.flatMap((one) => (one.k === "app" ? [one.app] : [])),
    ),
  );
  const weight = (view: AppView): number =>
    view.app.listens.length > 0 || handedOn.has(view.app)
      ? Number.POSITIVE_INFINITY
      : view.steps.length + view.endpoints.length;
  const heaviest = new Map<string, number>();
  const homeOf = (view: AppView): string =>
    program.packages.manifestFor(view.app.site.module.path)?.folder ?? "";
  for (const view of top) heaviest.set(homeOf(view), Math.max(heaviest.get(homeOf(view)) ?? 0, weight(view)));
  return new Set(top.filter((view) => weight(view) < (heaviest.get(homeOf(view)) ?? 0)));
}

const isUsed = (view: AppView): boolean =>
  view.steps.length > 0 || view.endpoints.length > 0 || view.app.listens.length > 0;
