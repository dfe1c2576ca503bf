import type { StackApp, StackFunction, StackLayer, StackValue } from "../facts.ts";
import { behaviourOf, worthCalling } from "./behaviour.ts";
import type { Engine } from "./closures.ts";
import { describe } from "./measure.ts";
import { readArguments } from "./options.ts";
import { manifestAbove, packageOf } from "./packages.ts";
import { isApp, isRouter, stackOf, type AppLike, type LayerLike, type RouteLike } from "./shapes.ts";
import type { Tracer } from "./trace.ts";

interface Reader {
  readonly engine: Engine;
  readonly tracer: Tracer;
  readonly app: AppLike;
  readonly seen: Set<unknown>;
}

/** Everything the running app is made of, in the order a request meets it. */
export async function readApp(
  app: AppLike,
  engine: Engine,
  tracer: Tracer,
  listened: boolean,
): Promise<StackApp> {
  const version = manifestOf(app, engine) ?? guessVersion(app);
  const reader: Reader = { engine, tracer, app, seen: new Set([app]) };
  return {
    express: Number(version.split(".")[0]),
    version,
    settings: settingsOf(app),
    layers: await readLayers(reader, stackOf(app), app),
    uid: process.getuid?.(),
    listened,
    notes: [],
  };
}

function manifestOf(app: AppLike, engine: Engine): string | undefined {
  const file = engine.locate(app.defaultConfiguration)?.file;
  const manifest = file === undefined ? undefined : manifestAbove(file);
  return manifest?.name === "express" ? manifest.version : undefined;
}

function guessVersion(app: AppLike): string {
  if (app._router?.map !== undefined || Array.isArray(app.stack)) return "3.0.0";
  return "lazyrouter" in app ? "4.0.0" : "5.0.0";
}

const SETTINGS = [
  "env",
  "trust proxy",
  "x-powered-by",
  "query parser",
  "view engine",
  "view cache",
  "strict routing",
  "case sensitive routing",
  "jsonp callback name",
];

function settingsOf(app: AppLike): Record<string, StackValue> {
  return Object.fromEntries(
    SETTINGS.filter((name) => Object.hasOwn(app.settings, name)).map((name) => [
      name,
      describe(app.settings[name]),
    ]),
  );
}

async function readLayers(
  reader: Reader,
  layers: readonly LayerLike[],
  owner: AppLike | undefined,
): Promise<readonly StackLayer[]> {
  const found: StackLayer[] = [];
  for (const layer of layers) {
    if (isBuiltin(layer, reader)) continue;
    if (owner?._router?.middleware !== undefined && layer.handle === owner._router.middleware)
      found.push(...(await readV3Routes(reader, owner)));
    else if (typeof layer.route === "object") found.push(await readRoute(reader, layer.route, layer));
    else found.push(await readUse(reader, layer));
  }
  return found;
}

/** Express mounts these two itself. */
function isBuiltin(layer: LayerLike, reader: Reader): boolean {
  if (!/^(?:query|expressInit)$/.test(nameOf(layer.handle))) return false;
  const file = reader.engine.locate(layer.handle)?.file;
  return file !== undefined && /^(?:express|connect)$/.test(packageOf(file) ?? "");
}

async function readUse(reader: Reader, layer: LayerLike): Promise<StackLayer> {
  const note = reader.tracer.notes.get(layer);
  const base = { methods: [], mount: note?.place, path: pathOf(layer, note?.path) };
  const mounted =
    isRouter(layer.handle) || isApp(layer.handle) ? layer.handle : mountedApp(reader, layer.handle);
  if (mounted === undefined || reader.seen.has(mounted)) {
    return {
      ...base,
      kind: "use",
      functions: [await readFunction(reader, layer.handle, 0)],
      layers: [],
      settings: {},
    };
  }
  reader.seen.add(mounted);
  const inner = isApp(mounted) ? { ...reader, app: mounted } : reader;
  const layers = await readLayers(
    inner,
    isApp(mounted) ? stackOf(mounted) : (mounted as { stack: readonly LayerLike[] }).stack,
    isApp(mounted) ? mounted : undefined,
  );
  return {
    ...base,
    kind: "router",
    functions: [],
    layers,
    settings: isApp(mounted) ? settingsOf(mounted) : {},
  };
}

/** Express wraps a mounted app in a function of its own. */
function mountedApp(reader: Reader, handle: unknown): AppLike | undefined {
  if (nameOf(handle) !== "mounted_app" && (handle as { length?: number }).length !== 3) return undefined;
  const file = reader.engine.locate(handle)?.file;
  if (file === undefined || packageOf(file) !== "express") return undefined;
  return [...reader.engine.variables(handle).values()].find((one) => isApp(one) && one !== reader.app) as
    | AppLike
    | undefined;
}

function pathOf(layer: LayerLike, noted: unknown): StackValue | undefined {
  const raw = noted ?? layer.rawPath ?? (typeof layer.route === "string" ? layer.route : undefined);
  if (raw !== undefined) return raw === "/" || raw === "" ? undefined : describe(raw);
  if (layer.slash === true || layer.regexp?.fast_slash === true || layer.regexp === undefined)
    return undefined;
  return describe(layer.regexp);
}

async function readRoute(reader: Reader, route: RouteLike, layer: LayerLike): Promise<StackLayer> {
  const handles = route.stack ?? [];
  const note = [layer, route, ...handles]
    .map((one) => reader.tracer.notes.get(one))
    .find((one) => one !== undefined);
  const methods = Object.keys(route.methods ?? {}).map((name) => (name === "_all" ? "all" : name));
  const functions = await Promise.all(handles.map(async (one) => readFunction(reader, one.handle, 0)));
  return {
    kind: "route",
    path: describe(route.path),
    methods,
    functions,
    mount: note?.place,
    layers: [],
    settings: {},
  };
}

async function readV3Routes(reader: Reader, app: AppLike): Promise<readonly StackLayer[]> {
  const routes = new Map<unknown, { route: RouteLike; methods: string[] }>();
  for (const [method, list] of Object.entries(app._router?.map ?? {})) {
    for (const route of list) {
      const same = [...routes.values()].find(
        (one) =>
          one.route.path === route.path &&
          reader.tracer.notes.get(one.route)?.place?.line === reader.tracer.notes.get(route)?.place?.line,
      );
      if (same === undefined) routes.set(route, { route, methods: [method] });
      else same.methods.push(method);
    }
  }
  return Promise.all(
    [...routes.values()].map(async ({ route, methods }): Promise<StackLayer> => {
      const handles = [route.callbacks].flat(9);
      const functions = await Promise.all(handles.map(async (one) => readFunction(reader, one, 0)));
      return {
        kind: "route",
        path: describe(route.path),
        methods: methods.length > 6 ? ["all"] : methods,
        functions,
        mount: reader.tracer.notes.get(route)?.place,
        layers: [],
        settings: {},
      };
    }),
  );
}

async function readFunction(reader: Reader, fn: unknown, depth: number): Promise<StackFunction> {
  const at = reader.engine.locate(fn);
  const pkg = at === undefined ? undefined : packageOf(at.file);
  const args = pkg === undefined ? undefined : readArguments(pkg, fn, reader.engine);
  const arity = (fn as { length?: number }).length ?? 0;
  const behaviour = worthCalling(fn, pkg)
    ? await behaviourOf(fn, { request: reader.app.request, response: reader.app.response })
    : undefined;
  return {
    name: nameOf(fn),
    arity,
    at,
    package: pkg,
    args,
    headers: behaviour?.headers,
    removesPoweredBy: behaviour?.removesPoweredBy ?? false,
    inner: args === undefined && pkg !== undefined && depth < 3 ? await innerOf(reader, fn, depth) : [],
  };
}

/** `wrap(handler)`: what a package's wrapper closes over and could call with a request. */
async function innerOf(reader: Reader, fn: unknown, depth: number): Promise<readonly StackFunction[]> {
  const found: StackFunction[] = [];
  for (const one of reader.engine.variables(fn).values()) {
    if (typeof one !== "function" || one === fn || isApp(one) || one.length < 2 || one.length > 4) continue;
    const at = reader.engine.locate(one);
    if (
      at === undefined ||
      (packageOf(at.file) !== undefined &&
        readArguments(packageOf(at.file) ?? "", one, reader.engine) === undefined)
    )
      continue;
    found.push(await readFunction(reader, one, depth + 1));
  }
  return found;
}

const nameOf = (fn: unknown): string => {
  const name: unknown = (fn as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : "";
};
