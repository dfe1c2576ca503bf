import type { t } from "../parse/ast.ts";
import type { App } from "./app.ts";
import { alternatives } from "./alternatives.ts";
import { decoratorsOf } from "./decorators.ts";
import { addLayer, addUse } from "./layers.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { nestRoutes, type Surroundings } from "./nest-routes.ts";
import {
  isKnown,
  rootPackage,
  UNDEFINED,
  unknown,
  type Class,
  type Member,
  type Pkg,
  type Site,
  type Value,
} from "./values.ts";
import { property } from "./properties.ts";

/** What NestJS makes an Express app of, and what is to be added once it listens. */
interface Nest {
  readonly root: Value | undefined;
  readonly guards: Value[];
  prefix: string;
  isReady: boolean;
}

const NESTS = new WeakMap<App, Nest>();

/** `NestFactory.create(AppModule, { cors: true })`; of an Express app that it is given (`new ExpressAdapter(server)`) it makes none of its own. */
export function createNest(machine: Machine, args: readonly Value[], site: Site): Value | undefined {
  const [root, ...rest] = args;
  const adapter = rest.find((one) => one.k === "call" && one.isNew);
  if (adapter?.k === "call" && nameOfClass(adapter.callee) !== "ExpressAdapter") return undefined;
  const given = adapter?.k === "call" ? adapter.args[0] : undefined;
  const made = given?.k === "app" ? given : machine.newApp("app", site);
  if (made.k !== "app") return undefined;
  NESTS.set(made.app, { root, guards: [], prefix: "", isReady: false });
  const options = rest.find((one) => one.k === "obj");
  const cors = options === undefined ? UNDEFINED : property(options, "cors");
  if (cors.k !== "prim" || cors.v === true) addCors(machine, made.app, [cors], site);
  return made;
}

const nameOfClass = (value: Value): string | undefined =>
  value.k === "pkg" ? value.path.at(-1) : value.k === "class" ? value.node.id?.name : undefined;

/** What NestJS adds to the app it made; `undefined` for what Express has itself. */
export function callNest(
  machine: Machine,
  app: App,
  { name, of }: Member,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const nest = NESTS.get(app);
  if (nest === undefined) return undefined;
  const [first] = args;
  switch (name) {
    case "enableCors":
      addCors(machine, app, args, site);
      return of;
    case "useStaticAssets":
      if (first !== undefined) addStatic(machine, app, args, site);
      return of;
    case "setGlobalPrefix":
      nest.prefix = first?.k === "prim" && typeof first.v === "string" ? first.v : "";
      return of;
    case "useGlobalGuards":
      nest.guards.push(...args);
      return of;
    case "getHttpAdapter":
    case "getInstance":
      return of;
    case "init":
    case "listen":
      ready(machine, app, nest, site);
      return undefined;
    default:
      return undefined;
  }
}

/** More than any constructor takes. */
const MAX_INJECTED = 12;
const EXPRESS_STATIC: Pkg = { k: "pkg", name: "express", path: ["static"] };
const CORS: Pkg = { k: "pkg", name: "cors", path: [] };

function addCors(machine: Machine, app: App, args: readonly Value[], site: Site): void {
  const options = args.filter((one) => one.k !== "prim");
  addUse(machine, app, [machine.invoke(CORS, options, site, false)], site);
}

function addStatic(machine: Machine, app: App, args: readonly Value[], site: Site): void {
  const prefix = args[1] === undefined ? undefined : property(args[1], "prefix");
  const served = machine.invoke(EXPRESS_STATIC, args, site, false);
  const isBelow = prefix !== undefined && !isKnown(prefix, undefined);
  addUse(machine, app, isBelow ? [prefix, served] : [served], site);
}

/** Its routes come behind all that the app was given before it listens, and behind the guards that any of its modules provides. */
function ready(machine: Machine, app: App, nest: Nest, site: Site): void {
  if (nest.isReady) return;
  nest.isReady = true;
  if (nest.root?.k !== "class") {
    const why = "which modules NestJS was given is not known";
    app.holes.push({ why, site });
    machine.notes.add(`${why}: no route of it is checked`);
    return;
  }
  const modules = modulesFrom(machine, app, nest.root);
  const guards = [...nest.guards, ...modules.flatMap((one) => one.guards)];
  const around: Surroundings = { guards, prefix: nest.prefix };
  const controllers = new Map(modules.flatMap((one) => one.controllers.map((cls) => [cls.node, cls])));
  for (const one of controllers.values())
    for (const layer of nestRoutes(machine, one, around)) addLayer(machine, app, layer);
}

/** A module and all that it and others import, each once. */
function modulesFrom(machine: Machine, app: App, root: Class): readonly NestModule[] {
  const found = new Map<t.Node, NestModule>();
  const waiting = [root];
  for (const cls of waiting) {
    if (found.has(cls.node)) continue;
    noteMiddleware(app, cls);
    const read = readModule(machine, cls);
    found.set(cls.node, read);
    waiting.push(...read.imports);
  }
  return [...found.values()];
}

interface NestModule {
  readonly imports: readonly Class[];
  readonly controllers: readonly Class[];
  /** Those of the whole application. */
  readonly guards: readonly Value[];
}

/** `@Module({ imports, controllers, providers }) class AppModule`. */
function readModule(machine: Machine, cls: Class): NestModule {
  const decorator = decoratorsOf(machine, cls.node, cls.module).find(({ name }) => name === "Module");
  const [written] = decorator?.args ?? [];
  if (written === undefined) return { imports: [], controllers: [], guards: [] };
  const options = machine.evaluate(written, new LexicalScope(machine, cls.module, written));
  const controllers = itemsOf(options, "controllers");
  const imports = itemsOf(options, "imports").map((one) => moduleIn(machine, one));
  const providers = itemsOf(options, "providers");
  for (const one of providers) if (one.k === "class" && one.parent?.k === "call") makeStrategy(machine, one);
  if (imports.includes("unknown") || controllers.some(({ k }) => k === "unknown"))
    machine.notes.add(
      `a module or controller in \`${cls.node.id?.name ?? ""}\` is not known: its routes are not checked`,
    );
  return {
    imports: imports.filter((one) => one !== undefined && one !== "unknown"),
    controllers: controllers.filter((one) => one.k === "class"),
    guards: providers.filter((one) => tokenOf(one) === "APP_GUARD").map((one) => property(one, "useClass")),
  };
}

/** `class JwtStrategy extends PassportStrategy(Strategy) { constructor() { super({ secretOrKey }) } }`. */
function makeStrategy(machine: Machine, cls: Class): void {
  const injected = Array.from({ length: MAX_INJECTED }, () => unknown("what a container injects"));
  machine.construct(cls, injected, { module: cls.module, node: cls.node });
}

/** `forwardRef(() => UsersModule)` in what `register()` gives is two. */
const MAX_WRAPPERS = 8;

/** `UsersModule`, `forwardRef(() => UsersModule)`, `UsersModule.register()` that gives `{ module: UsersModule }`; nothing for one of a package. */
function moduleIn(machine: Machine, value: Value, depth: number = 0): Class | "unknown" | undefined {
  if (value.k === "class") return value;
  if (depth >= MAX_WRAPPERS) return "unknown";
  if (value.k === "obj") return moduleIn(machine, property(value, "module"), depth + 1);
  const [given] = value.k === "call" ? value.args : [];
  if (given?.k === "fn" && rootPackage(value)?.name === "@nestjs/common")
    return moduleIn(machine, machine.call(given, []), depth + 1);
  return rootPackage(value) === undefined && value.k !== "prim" ? "unknown" : undefined;
}

function tokenOf(provider: Value): string | undefined {
  const token = property(provider, "provide");
  return token.k === "pkg" ? token.path.at(-1) : undefined;
}

/** `configure(consumer) { consumer.apply(helmet()).forRoutes("*") }`. */
function noteMiddleware(app: App, { node, module }: Class): void {
  const configure = node.body.body.find(
    (one) => one.type === "ClassMethod" && one.key.type === "Identifier" && one.key.name === "configure",
  );
  if (configure !== undefined)
    app.holes.push({
      why: "a module of NestJS applies middleware of its own",
      site: { module, node: configure },
    });
}

/** The items of a list, each way of those that depend on something, and one that is unknown where there may be more. */
function itemsOf(options: Value, name: string): readonly Value[] {
  const list = property(options, name);
  if (list.k === "prim") return [];
  const items = list.k === "arr" ? list.items.flatMap((one) => alternatives(one)) : [];
  return list.k === "arr" && !list.open ? items : [...items, unknown("more in a list")];
}
