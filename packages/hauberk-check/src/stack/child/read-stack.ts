import type { StackApp, StackLayer, StackValue } from "../facts.ts";
import type { Engine } from "./closures.ts";
import { describe } from "./measure.ts";
import { mountPathOf } from "./mount-path.ts";
import { packageOf } from "./packages.ts";
import { readFunction } from "./read-function.ts";
import { readRoute, readV3Routes } from "./read-routes.ts";
import { nameOf, type Reader } from "./reader.ts";
import { settingsOf, versionOf } from "./settings.ts";
import { isApp, isRouter, stackOf, type AppLike, type LayerLike } from "./shapes.ts";
import type { Tracer } from "./trace.ts";

/** Everything the running app is made of, in the order a request meets it. */
export async function readApp(
  app: AppLike,
  engine: Engine,
  tracer: Tracer,
  listened: boolean,
  mayExhaust: boolean,
): Promise<StackApp> {
  const version = versionOf(app, engine);
  const reader: Reader = { engine, tracer, app, seen: new Set([app]), mayExhaust };
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
  return mountPathOf(layer.regexp.source, layer.keys ?? []) ?? describe(layer.regexp);
}
