import { dirname, joinPath, record } from "../files/paths.ts";
import type { App, Layer } from "./app.ts";
import {
  argumentsOf,
  dataOf,
  layersOf,
  MULTER,
  namedGuard,
  ofParameters,
  routedMethods,
  verbsNamed,
  type Dialect,
  type Routed,
} from "./controller-routes.ts";
import { jsonValue } from "./json-values.ts";
import { addLayer } from "./layers.ts";
import { decoratedClasses } from "./listed-classes.ts";
import type { Machine } from "./machine.ts";
import { property } from "./properties.ts";
import { isKnown, prim, UNDEFINED, type Class, type Site, type Value } from "./values.ts";

const PACKAGE = "tsoa";

const DIALECT: Dialect = {
  packages: /^(?:tsoa|@tsoa\/runtime)$/,
  controllers: new Set(["Route"]),
  verbs: new Map(verbsNamed(["Get", "Post", "Put", "Patch", "Delete", "Head", "Options"])),
};

/**
 * `RegisterRoutes(app)` of a file that tsoa writes from the controllers: it is seldom there to be read, and the controllers say the
 * same. `undefined` for a function of that name that has nothing to do with tsoa.
 */
export function registerRoutes(
  machine: Machine,
  callee: Value,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const [app, options = UNDEFINED] = args;
  if (app?.k !== "app" || !isGenerated(callee)) return undefined;
  const classes = decoratedClasses(machine, DIALECT.packages, DIALECT.controllers, site, false);
  if (classes.length === 0) return undefined;
  const settings = settingsFor(machine, site);
  const upload = property(options, "multer");
  for (const cls of classes) addRoutes(machine, app.app, cls, { settings, upload });
  return UNDEFINED;
}

function isGenerated(callee: Value): boolean {
  if (callee.k === "fn")
    return (
      callee.node.type === "FunctionDeclaration" &&
      callee.node.id?.name === "RegisterRoutes" &&
      callee.module.text.includes("@tsoa/runtime")
    );
  return callee.k === "member" && callee.name === "RegisterRoutes" && callee.of.k === "unknown";
}

interface Around {
  /** What tsoa.json says, where it is there. */
  readonly settings: Value;
  readonly upload: Value;
}

function settingsFor({ program }: Machine, site: Site): Value {
  const { path } = site.module;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = program.json(joinPath(folder, "tsoa.json"));
    if (record(found) !== undefined) return jsonValue(found, site);
    if (folder === program.packages.folderOf(path) || folder === "") return UNDEFINED;
  }
}

function addRoutes(machine: Machine, app: App, cls: Class, around: Around): void {
  const base = property(around.settings, "routes.basePath");
  const prefix = base.k === "prim" && base.v !== undefined ? String(base.v) : "";
  for (const routed of routedMethods(machine, cls, DIALECT))
    for (const layer of layersOf(machine, routed, prefix, handlersOf(machine, routed, around)))
      addLayer(machine, app, withParameters(layer));
}

/** `{id}` is what Express calls `:id`. */
function withParameters(layer: Omit<Layer, "conditions">): Omit<Layer, "conditions"> {
  const { path } = layer;
  return path?.k === "prim" && typeof path.v === "string"
    ? { ...layer, path: prim(path.v.replace(/\{(\w*)\}/g, ":$1"), path.site) }
    : layer;
}

function handlersOf(machine: Machine, routed: Routed, around: Around): readonly Value[] {
  const { decorators, site } = routed;
  return [
    ...(isSecured(routed, around) ? [namedGuard(PACKAGE, "Security", site)] : []),
    ...uploadsOf(machine, routed, around),
    ...argumentsOf(machine, decorators, "Middlewares"),
    ...routed.perhapsGuards,
    dataOf(PACKAGE, site),
  ];
}

/** The method's own word counts, then that of its class, then that of the settings. */
function isSecured({ decorators, own }: Routed, { settings }: Around): boolean {
  return (
    securitySaid(decorators.filter((one) => !own.includes(one))) ??
    securitySaid(own) ??
    !isKnown(property(settings, "spec.rootSecurity"), undefined)
  );
}

function securitySaid(decorators: Routed["decorators"]): boolean | undefined {
  const names = decorators.map(({ name }) => name);
  return names.includes("NoSecurity") ? false : names.includes("Security") ? true : undefined;
}

/** `@UploadedFile()` is read by the multer that `RegisterRoutes` was given, or by one of its own. */
function uploadsOf(machine: Machine, routed: Routed, { settings, upload }: Around): readonly Value[] {
  const decorator = ofParameters(machine, routed).find(
    ({ from, name }) => DIALECT.packages.test(from) && /^UploadedFiles?$/.test(name),
  );
  if (decorator === undefined) return [];
  if (!isKnown(upload, undefined)) return [upload];
  const options = property(settings, "multerOpts");
  return [
    machine.invoke(
      MULTER,
      isKnown(options, undefined) ? [] : [options],
      { module: routed.site.module, node: decorator.node },
      false,
    ),
  ];
}
