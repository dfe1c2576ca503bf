import Module from "node:module";
import type { StackPlace } from "../facts.ts";
import { callerBelow } from "./caller.ts";

interface MountNote {
  readonly place: StackPlace | undefined;
  readonly path: unknown;
}

/** Where each layer was mounted, and under which path: written down while the app mounts it. */
export interface Tracer {
  readonly notes: WeakMap<object, MountNote>;
  /** Applications made while the module was loading, in order. */
  readonly apps: object[];
}

type Callable = (this: { stack?: object[] }, ...args: unknown[]) => unknown;

/** Watches for Express while modules load, and wraps the functions that mount things. */
export function traceMounts(root: string): Tracer {
  const tracer: Tracer = { notes: new WeakMap(), apps: [] };
  const seen = new WeakSet<object>();
  const loader = Module as unknown as { _load: (...args: unknown[]) => unknown };
  const original = loader._load;
  loader._load = function load(this: unknown, ...args: unknown[]): unknown {
    const loaded = original.apply(this, args);
    if (typeof loaded === "function" && !seen.has(loaded) && isExpress(loaded)) {
      seen.add(loaded);
      wrapExpress(loaded as unknown as ExpressModule, tracer, root, seen);
    }
    return loaded;
  };
  return tracer;
}

interface ExpressModule {
  readonly application: Record<string, unknown>;
  readonly Router?: { readonly prototype?: Record<string, unknown>; use?: unknown };
  readonly Route?: { readonly prototype: Record<string, unknown> };
}

function isExpress(value: object): boolean {
  const { application, response } = value as { application?: { use?: unknown }; response?: unknown };
  return typeof application?.use === "function" && typeof response === "object";
}

function wrapExpress(module: ExpressModule, tracer: Tracer, root: string, seen: WeakSet<object>): void {
  watchApps(module.application, tracer);
  const router = module.Router;
  const holder =
    typeof router?.use === "function" ? (router as unknown as Record<string, unknown>) : router?.prototype;
  if (typeof holder?.["use"] === "function") wrap(holder, "use", tracer, root, seen);
  else wrap(module.application, "use", tracer, root, seen);
  const route = module.Route?.prototype;
  // Express 3 keeps its routes in the router's map; the methods of the application put them there.
  const methods = route !== undefined && typeof route["get"] === "function" ? route : module.application;
  for (const name of Object.keys(methods)) {
    if (/^(?:get|post|put|patch|delete|del|all|options|head)$/.test(name))
      wrapMethod(methods, name, tracer, root);
  }
}

/** `express()` initialises each application it makes: also one that no module exports. */
function watchApps(application: Record<string, unknown>, tracer: Tracer): void {
  const original = application["init"];
  if (typeof original !== "function") return;
  application["init"] = function init(this: object, ...args: unknown[]): unknown {
    tracer.apps.push(this);
    return (original as Callable).apply(this, args);
  };
}

function wrap(
  holder: Record<string, unknown>,
  name: string,
  tracer: Tracer,
  root: string,
  seen: WeakSet<object>,
): void {
  if (seen.has(holder)) return;
  seen.add(holder);
  const original = holder[name] as Callable;
  holder[name] = function use(this: { stack?: object[] }, ...args: unknown[]): unknown {
    const before = this.stack?.length ?? 0;
    const result = original.apply(this, args);
    const note: MountNote = { place: callerBelow(root), path: isPath(args[0]) ? args[0] : undefined };
    for (const layer of this.stack?.slice(before) ?? [])
      if (!tracer.notes.has(layer)) tracer.notes.set(layer, note);
    return result;
  };
}

function isPath(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value.flat(9)[0] : value;
  return typeof first === "string" || first instanceof RegExp;
}

interface V3Router {
  readonly map?: Record<string, object[]>;
}

function wrapMethod(holder: Record<string, unknown>, name: string, tracer: Tracer, root: string): void {
  const original = holder[name];
  if (typeof original !== "function") return;
  holder[name] = function method(
    this: { stack?: object[]; _router?: V3Router },
    ...args: unknown[]
  ): unknown {
    const result = (original as Callable).apply(this, args);
    const note: MountNote = { place: callerBelow(root), path: undefined };
    const made =
      this._router?.map === undefined ? (this.stack ?? []) : Object.values(this._router.map).flat();
    for (const one of made) if (!tracer.notes.has(one)) tracer.notes.set(one, note);
    return result;
  };
}
