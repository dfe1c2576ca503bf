import type { Location, StackApp, StackLayer } from "./facts.ts";
import { FunctionReader } from "./functions.ts";
import { headersSetBy } from "./mock.ts";
import { mountOf } from "./mounts.ts";
import { sanitize } from "./sanitize.ts";

type Handle = ((...args: never[]) => unknown) & {
  stack?: unknown;
  settings?: unknown;
  routes?: unknown;
  _router?: unknown;
  router?: unknown;
};
interface Layer {
  readonly handle?: Handle;
  readonly route?: unknown;
  readonly regexp?: RegExp & { fast_slash?: boolean };
  readonly rawPath?: string;
  readonly slash?: boolean;
  readonly method?: string;
}

/** Whether a value is an Express application, of any version. */
export function isExpressApp(value: unknown): value is Handle {
  if (typeof value !== "function") return false;
  const app = value as unknown as Record<string, unknown>;
  return (
    typeof app["use"] === "function" &&
    typeof app["set"] === "function" &&
    typeof app["handle"] === "function" &&
    typeof app["settings"] === "object"
  );
}

/** Reads the middleware of a running app, in order, without calling any of the project's own functions. */
export function readApp(app: unknown, listens: boolean): StackApp {
  if (!isExpressApp(app)) throw new TypeError("not an Express application");
  const reader = new FunctionReader();
  try {
    return { express: versionOf(app), settings: settingsOf(app), layers: layersOf(app, reader, 0), listens };
  } finally {
    reader.close();
  }
}

/** Each major keeps its stack elsewhere; reading `app.router` throws in 4, so `_router` is asked first. */
function versionOf(app: Handle): number {
  if (Array.isArray(app.stack)) return 3;
  return app._router === undefined && "router" in app && !("del" in app) ? 5 : 4;
}

const SETTINGS = [
  "env",
  "trust proxy",
  "x-powered-by",
  "view engine",
  "query parser",
  "case sensitive routing",
  "strict routing",
];

function settingsOf(app: Handle): Readonly<Record<string, unknown>> {
  const settings = (app.settings ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    SETTINGS.filter((name) => name in settings).map((name) => [name, sanitize(settings[name], name)]),
  );
}

function layersOf(app: Handle, reader: FunctionReader, depth: number): readonly StackLayer[] {
  if (depth > 12) return [];
  const stack = stackOf(app);
  const v3Routes = app.routes;
  return stack.flatMap((layer) => {
    const { handle } = layer;
    if (handle === undefined || handle.name === "query" || handle.name === "expressInit") return [];
    if (typeof v3Routes === "object" && v3Routes !== null && handle.name === "router")
      return v3RoutesOf(v3Routes, reader);
    if (typeof layer.route === "object" && layer.route !== null) return [routeOf(layer.route, reader)];
    return [useOf(layer, handle, reader, depth)];
  });
}

function stackOf(app: Handle): readonly Layer[] {
  return (
    [() => app.stack, () => inner(app._router), () => inner(app.router)]
      .map(attempt)
      .find((one) => one !== undefined) ?? []
  );
}

const inner = (router: unknown): unknown => (router as Handle | undefined)?.stack;

/** Reading `app.router` throws in Express 4. */
function attempt(read: () => unknown): readonly Layer[] | undefined {
  try {
    const found = read();
    return Array.isArray(found) ? (found as Layer[]) : undefined;
  } catch {
    return undefined;
  }
}

function useOf(layer: Layer, handle: Handle, reader: FunctionReader, depth: number): StackLayer {
  const nested = hasStack(handle) ? handle : mountedApp(handle, reader);
  const described = describe(handle, reader);
  const path = mountOf(handle)?.path ?? pathOf(layer);
  const base = { ...described, path, methods: [] };
  return nested === undefined
    ? { ...base, kind: "use", layers: [] }
    : { ...base, kind: "router", layers: layersOf(nested, reader, depth + 1) };
}

const hasStack = (handle: Handle): boolean => Array.isArray(handle.stack) || isExpressApp(handle);

/** `app.use(path, otherApp)` wraps the other app in a function that closes over it. */
function mountedApp(handle: Handle, reader: FunctionReader): Handle | undefined {
  if (handle.name !== "mounted_app") return undefined;
  return [...reader.read(handle).closure.values()].find(isExpressApp);
}

function routeOf(route: object, reader: FunctionReader): StackLayer {
  const { path, stack } = route as { path?: unknown; stack?: Layer[] };
  const methods = [...new Set((stack ?? []).map((one) => one.method ?? "all"))];
  const layers = (stack ?? []).flatMap((one) =>
    one.handle === undefined
      ? []
      : [
          {
            ...describe(one.handle, reader),
            kind: "use" as const,
            path: undefined,
            methods: one.method === undefined ? [] : [one.method],
            layers: [],
          },
        ],
  );
  return {
    kind: "route",
    name: "",
    path: pathText(path),
    methods,
    location: layers.at(-1)?.location,
    package: undefined,
    arity: 0,
    closure: {},
    headers: {},
    layers,
    mounted: undefined,
  };
}

function v3RoutesOf(routes: object, reader: FunctionReader): readonly StackLayer[] {
  return Object.entries(routes).flatMap(([method, list]) => {
    if (!Array.isArray(list)) return [];
    return (list as { path?: unknown; callbacks?: Handle[] }[]).map((one): StackLayer => {
      const layers = (one.callbacks ?? []).flat().map((handle) => ({
        ...describe(handle, reader),
        kind: "use" as const,
        path: undefined,
        methods: [],
        layers: [],
      }));
      return {
        kind: "route",
        name: "",
        path: pathText(one.path),
        methods: [method],
        location: layers.at(-1)?.location,
        package: undefined,
        arity: 0,
        closure: {},
        headers: {},
        layers,
        mounted: undefined,
      };
    });
  });
}

function describe(
  handle: Handle,
  reader: FunctionReader,
): Omit<StackLayer, "kind" | "path" | "methods" | "layers"> {
  const facts = reader.read(handle);
  const owner = packageOf(facts.location);
  const closure = Object.fromEntries(
    [...facts.closure].map(([name, value]) => [name, sanitize(value, name)]),
  );
  return {
    name: handle.name,
    location: facts.location,
    package: owner,
    arity: handle.length,
    closure: owner === undefined ? {} : closure,
    headers: owner === undefined ? {} : headersSetBy(handle, owner),
    mounted: mountOf(handle)?.at,
  };
}

/** The innermost package a file belongs to: `node_modules/a/node_modules/b/x.js` is b's. */
function packageOf(location: Location | undefined): string | undefined {
  const parts = location?.file.replaceAll("\\", "/").split("/node_modules/");
  if (parts === undefined || parts.length < 2) return undefined;
  const [first = "", second = ""] = (parts.at(-1) ?? "").split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

function pathOf(layer: Layer): string | undefined {
  if (layer.slash === true || layer.regexp?.fast_slash === true) return undefined;
  if (typeof layer.rawPath === "string") return layer.rawPath;
  if (typeof layer.route === "string") return layer.route === "" ? undefined : layer.route;
  const source = layer.regexp?.source;
  if (source === undefined) return undefined;
  const plain = /^\^((?:\\\/[\w.~-]+)+)\\\/\?\(\?=\\\/\|\$\)$/.exec(source);
  return plain?.[1] === undefined ? `(regexp ${source})` : plain[1].replaceAll("\\/", "/");
}

function pathText(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  return path instanceof RegExp
    ? `(regexp ${path.source})`
    : Array.isArray(path)
      ? path.map(String).join(", ")
      : undefined;
}
