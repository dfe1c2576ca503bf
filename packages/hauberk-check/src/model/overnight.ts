import { alternatives } from "./alternatives.ts";
import type { App, Layer } from "./app.ts";
import {
  argumentsOf,
  caught,
  given,
  layersOf,
  routedMethods,
  type Dialect,
  type Routed,
} from "./controller-routes.ts";
import { METHODS } from "./express-methods.ts";
import { addLayer, flatten } from "./layers.ts";
import type { Machine } from "./machine.ts";
import { memberName, methodOf } from "./members.ts";
import { text } from "./operators.ts";
import {
  nameOf,
  UNDEFINED,
  unknown,
  type Class,
  type Member,
  type Obj,
  type Site,
  type Value,
} from "./values.ts";

const PACKAGE = "@overnightjs/core";

const DIALECT: Dialect = {
  packages: /^@overnightjs\/core$/,
  controllers: new Set(["Controller"]),
  verbs: new Map([...METHODS].map((verb) => [`${verb.charAt(0).toUpperCase()}${verb.slice(1)}`, verb])),
};

const SERVERS = new WeakSet<App>();

/** `class Api extends Server` of @overnightjs/core has an app from its parent. */
export function adoptServer(machine: Machine, cls: Class, made: Obj, site: Site): void {
  let parent = cls.parent;
  while (parent?.k === "class") parent = parent.parent;
  if (parent?.k !== "pkg" || nameOf(parent) !== `${PACKAGE}.Server`) return;
  const server = machine.newApp("app", site);
  if (server.k !== "app") return;
  SERVERS.add(server.app);
  made.props.set("app", server);
  made.props.set("addControllers", { k: "member", of: server, name: "addControllers" });
}

/** `super.addControllers([new UsersController()], undefined, guard)`; `undefined` for what Express has itself. */
export function addControllers(
  machine: Machine,
  app: App,
  { name }: Member,
  [list = UNDEFINED, , before = UNDEFINED]: readonly Value[],
  site: Site,
): Value | undefined {
  if (name !== "addControllers" || !SERVERS.has(app)) return undefined;
  const known = instancesIn(machine, list);
  const handlers = flatten([before]);
  for (const one of known) addRoutes(machine, app, one, { prefix: "", handlers, depth: 0, site });
  return UNDEFINED;
}

interface Below {
  readonly prefix: string | undefined;
  readonly handlers: readonly Value[];
  readonly depth: number;
  readonly site: Site;
}

type Instance = Obj & { readonly cls: Class };

function instancesIn(machine: Machine, list: Value): readonly Instance[] {
  const items = (list.k === "arr" ? list.items : [list]).flatMap((one) => alternatives(one));
  const known = items.filter((one): one is Instance => one.k === "obj" && one.cls !== undefined);
  if (known.length < items.length || (list.k === "arr" && list.open))
    machine.notes.add("some controllers that an app is given are not known: their routes are not checked");
  return known;
}

/** Controllers below controllers below controllers. */
const MAX_DEPTH = 8;

function addRoutes(machine: Machine, app: App, instance: Instance, below: Below): void {
  const { cls } = instance;
  const routed = routedMethods(machine, cls, DIALECT);
  const [first] = routed;
  if (first === undefined || below.depth > MAX_DEPTH) return;
  const before = [...below.handlers, ...flatten(argumentsOf(machine, first.own, "ClassMiddleware"))];
  for (const one of routed)
    for (const layer of layersFor(machine, one, instance, below, before)) addLayer(machine, app, layer);
  const [path = UNDEFINED] = given(machine, first.controller);
  const own = text(path);
  const prefix = below.prefix === undefined || own === undefined ? undefined : `${below.prefix}/${own}`;
  for (const name of ["Children", "ChildControllers"])
    for (const list of argumentsOf(machine, first.own, name))
      for (const child of instancesIn(machine, list))
        addRoutes(machine, app, child, { ...below, prefix, handlers: before, depth: below.depth + 1 });
}

function layersFor(
  machine: Machine,
  routed: Routed,
  instance: Instance,
  { prefix }: Below,
  before: readonly Value[],
): readonly Omit<Layer, "conditions">[] {
  const { decorators, member, site } = routed;
  const method = methodOf(instance.cls, memberName(member.key) ?? "", instance) ?? unknown("a method", site);
  // `@ClassWrapper(asyncHandler)` looks after what the method throws.
  const isWrapped = decorators.some(({ name }) => /^(?:Class)?Wrapper$/.test(name));
  return layersOf(machine, routed, prefix, [
    ...before,
    ...flatten(argumentsOf(machine, decorators, "Middleware")),
    ...routed.perhapsGuards,
    isWrapped ? caught(PACKAGE, method, site) : method,
  ]);
}
