import type { App, ExpressMajor, Layer, Setting } from "../model/app.ts";
import { loadModule, type Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import type { Site, Value } from "../model/values.ts";
import type { StackApp, StackFunction, StackLayer, StackValue } from "./facts.ts";
import { handlerOf, isSame, type HandlerBuilder } from "./handlers.ts";
import { exportOf } from "./names.ts";
import { packageCallIn, Sites } from "./sites.ts";
import { toValue } from "./values.ts";

export interface Built {
  readonly app: App;
  /** Which running function a value of the model stands for. */
  readonly functions: ReadonlyMap<Value, StackFunction>;
}

interface Builder extends HandlerBuilder {
  readonly program: Program;
  readonly express: ExpressMajor;
  readonly fallback: Site;
  next: number;
}

/** The running app as a model of the same form as the source lens makes, so that the same rules can read it. */
export function buildModel(
  program: Program,
  stack: StackApp,
  root: string,
  file: string | undefined,
): Built | undefined {
  const sites = new Sites(program, root);
  const module = file === undefined ? standIn() : sites.module(file);
  const first = firstSite(stack.layers, sites) ?? likelyApp(program)?.site;
  const fallback = first ?? (module === undefined ? undefined : { module, node: module.ast.program });
  if (fallback === undefined) return undefined;
  const express = (stack.express <= 3 ? 3 : stack.express >= 5 ? 5 : 4) as ExpressMajor;
  const builder: Builder = { sites, program, express, functions: new Map(), fallback, next: -1 };
  const app = buildApp(
    builder,
    "app",
    stack.layers,
    stack.settings,
    sourceApp(program, stack.layers, sites)?.site ?? fallback,
  );
  for (const why of stack.notes) app.holes.push({ why, site: fallback });
  return { app, functions: builder.functions };
}

/** An app at hand may come with no source at all; its findings still need somewhere to point. */
function standIn(): Module | undefined {
  const loaded = loadModule("app", "");
  return loaded.ok ? loaded.module : undefined;
}

function firstSite(layers: readonly StackLayer[], sites: Sites): Site | undefined {
  for (const layer of layers) {
    const site = sites.call(layer.mount) ?? firstSite(layer.layers, sites);
    if (site !== undefined) return site;
  }
  return undefined;
}

/** The application of the source lens that these layers were mounted on. */
function sourceApp(program: Program, layers: readonly StackLayer[], sites: Sites): App | undefined {
  if (layers.length > 0 && layers.every((one) => one.mount === undefined)) return likelyApp(program);
  for (const layer of layers) {
    const site = sites.call(layer.mount);
    const owner = program.apps.find((app) => app.layers.some((one) => one.site.node === site?.node));
    if (owner !== undefined && !owner.synthetic) return owner;
  }
  return undefined;
}

function buildApp(
  builder: Builder,
  kind: App["kind"],
  layers: readonly StackLayer[],
  settings: StackApp["settings"],
  site: Site,
): App {
  const source = sourceApp(builder.program, layers, builder.sites);
  builder.next -= 1;
  // The same app keeps its number in every lens, so that one finding about it can stand for others.
  const app: App = {
    id: source?.id ?? builder.next,
    kind,
    site: source?.site ?? site,
    layers: [],
    settings: Object.entries(settings).flatMap(([name, value]) =>
      settingOf(builder, name, value, source, site),
    ),
    holes: [],
    // Nothing listens here; the places are those where it would.
    listens: source?.listens ?? [],
    locals: new Set(),
    props: new Map(),
    synthetic: false,
    born: 0,
    express: builder.express,
    options: undefined,
  };
  for (const [i, layer] of layers.entries())
    app.layers.push(...buildLayer(builder, layer, indexIn(layers, i), source));
  return app;
}

/** What a setting is when nobody set it. */
function defaultOf(name: string, express: ExpressMajor): StackValue | undefined {
  if (name === "x-powered-by") return true;
  if (name === "trust proxy") return false;
  if (name === "query parser") return express === 5 ? "simple" : "extended";
  return undefined;
}

/** An app that was made before anybody watched does not say where: the one with most in it is the likeliest. */
function likelyApp(program: Program): App | undefined {
  return program.apps
    .filter((app) => app.kind === "app")
    .toSorted((a, b) => b.layers.length - a.layers.length)[0];
}

/** Only what somebody set: a default is as good as a setting that is not there. */
function settingOf(
  builder: Builder,
  name: string,
  value: StackValue,
  source: App | undefined,
  site: Site,
): Setting[] {
  if (value === defaultOf(name, builder.express)) return [];
  const written = source?.settings.findLast((one) => one.name === name);
  return [
    {
      name,
      value: toValue(value, written?.value, site),
      site: written?.site ?? builder.fallback,
      conditions: [],
    },
  ];
}

/** `app.use(a, b)` makes two entries: which of the handlers of its call this one is. */
function indexIn(layers: readonly StackLayer[], at: number): number {
  const mount = layers[at]?.mount;
  if (mount === undefined) return 0;
  const isOther = (one: StackLayer): boolean =>
    one.mount?.line !== mount.line || one.mount.file !== mount.file;
  return at - 1 - layers.slice(0, at).findLastIndex(isOther);
}

function buildLayer(builder: Builder, layer: StackLayer, index: number, source: App | undefined): Layer[] {
  const likely = layer.mount === undefined ? alike(source, layer) : undefined;
  const site = builder.sites.call(layer.mount) ?? likely?.site ?? builder.fallback;
  const written = likely ?? builder.sites.layer(site);
  const path = layer.path === undefined ? undefined : toValue(layer.path, written?.path, site);
  const base = { path, site, conditions: [] };
  if (layer.kind === "router") {
    const inner = buildApp(builder, "router", layer.layers, layer.settings, site);
    return [{ ...base, kind: "use", method: "", handlers: [{ k: "app", app: inner }] }];
  }
  if (layer.kind === "use")
    return [
      {
        ...base,
        kind: "use",
        method: "",
        handlers: layer.functions.map((one) => handlerOf(builder, one, written?.handlers[index], site)),
      },
    ];
  const handlers = layer.functions.map((one, i) => handlerOf(builder, one, written?.handlers[i], site));
  return layer.methods.map((method) => ({ ...base, kind: "route", method, handlers }));
}

/** The layer of the source that does what this one does, when nobody saw it mounted. */
function alike(source: App | undefined, layer: StackLayer): Layer | undefined {
  const [fn] = layer.functions;
  const own = fn === undefined ? undefined : exportOf(fn);
  return source?.layers.find((one) => {
    if (layer.kind === "route")
      return (
        one.kind === "route" &&
        layer.methods.includes(one.method) &&
        one.path?.k === "prim" &&
        one.path.v === layer.path
      );
    const call = one.kind === "use" ? packageCallIn(one.handlers[0]) : undefined;
    return call !== undefined && own !== undefined && isSame(call, own);
  });
}
