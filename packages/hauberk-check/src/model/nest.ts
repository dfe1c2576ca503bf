import type { App } from "./app.ts";
import { decoratorsOf, type Decorator } from "./decorators.ts";
import { addLayer, addUse } from "./layers.ts";
import { LexicalScope } from "./lexical.ts";
import type { Machine } from "./machine.ts";
import { nestRoutes, type Surroundings } from "./nest-routes.ts";
import { isKnown, UNDEFINED, type Class, type Member, type Pkg, type Site, type Value } from "./values.ts";
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

/** Its routes come behind all that the app was given before it listens. */
function ready(machine: Machine, app: App, nest: Nest, site: Site): void {
  if (nest.isReady) return;
  nest.isReady = true;
  const around: Surroundings = { guards: [...nest.guards], prefix: nest.prefix, seen: new Set() };
  if (nest.root?.k === "class") addModule(machine, app, nest.root, around);
  else app.holes.push({ why: "which modules NestJS was given is not known", site });
}

/** `@Module({ imports, controllers, providers }) class AppModule`. */
function addModule(machine: Machine, app: App, cls: Class, around: Surroundings): void {
  if (around.seen.has(cls.node)) return;
  around.seen.add(cls.node);
  const decorator = decoratorsOf(machine, cls.node, cls.module).find(({ name }) => name === "Module");
  if (decorator === undefined) return;
  noteMiddleware(app, cls);
  const list = (name: string): readonly Value[] => itemsOf(machine, cls, decorator, name);
  for (const provider of list("providers")) {
    const isGuard = tokenOf(provider) === "APP_GUARD";
    if (isGuard) around.guards.push(property(provider, "useClass"));
  }
  for (const one of list("imports")) {
    const inner = moduleIn(machine, one);
    if (inner !== undefined) addModule(machine, app, inner, around);
  }
  for (const one of list("controllers"))
    if (one.k === "class")
      for (const layer of nestRoutes(machine, one, around)) addLayer(machine, app, layer);
}

/** `UsersModule`, `forwardRef(() => UsersModule)`, `UsersModule.register()` that gives `{ module: UsersModule }`. */
function moduleIn(machine: Machine, value: Value): Class | undefined {
  if (value.k === "class") return value;
  if (value.k === "obj") return moduleIn(machine, property(value, "module"));
  const [given] = value.k === "call" ? value.args : [];
  return given?.k === "fn" ? moduleIn(machine, machine.call(given, [])) : undefined;
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

function itemsOf(machine: Machine, cls: Class, { args }: Decorator, name: string): readonly Value[] {
  const [options] = args;
  if (options === undefined) return [];
  const value = machine.evaluate(options, new LexicalScope(machine, cls.module, options));
  const list = property(value, name);
  return list.k === "arr" ? list.items : [];
}
