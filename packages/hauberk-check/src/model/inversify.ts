import type { App, Layer } from "./app.ts";
import {
  argumentsOf,
  given,
  layersOf,
  methodAsHandler,
  methodOfInjected,
  ofParameters,
  routedMethods,
  VERB_GIVEN,
  type Dialect,
  type Routed,
} from "./controller-routes.ts";
import { addLayer, addUse } from "./layers.ts";
import { decoratedClasses } from "./listed-classes.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import {
  isKnown,
  rootPackage,
  UNDEFINED,
  unknown,
  type Class,
  type Member,
  type Site,
  type Value,
} from "./values.ts";

const PACKAGE = "inversify-express-utils";

const DIALECT: Dialect = {
  packages: /^inversify-express-utils$/,
  controllers: new Set(["controller"]),
  verbs: new Map([
    ...["Get", "Post", "Put", "Patch", "Head", "Delete", "Options"].map(
      (name) => [`http${name}`, name.toLowerCase()] as const,
    ),
    ["all", "all"],
    ["httpMethod", VERB_GIVEN],
  ]),
};

/** What it does once it is built. */
interface Plan {
  readonly root: Value;
  readonly router: Value | undefined;
  config: Value | undefined;
  errorConfig: Value | undefined;
  isBuilt: boolean;
}

const PLANS = new WeakMap<App, Plan>();

/** `new InversifyExpressServer(container, router, { rootPath }, app)`. */
export function createInversify(machine: Machine, args: readonly Value[], site: Site): Value {
  const [, router, routing = UNDEFINED, own] = args;
  const made = own?.k === "app" ? own : machine.newApp("app", site);
  if (made.k === "app")
    PLANS.set(made.app, {
      root: property(routing, "rootPath"),
      router: router?.k === "app" ? router : undefined,
      config: undefined,
      errorConfig: undefined,
      isBuilt: false,
    });
  return made;
}

/** What the server has beside the app that it becomes; `undefined` for what Express has itself. */
export function callInversify(
  machine: Machine,
  app: App,
  { name, of }: Member,
  [first]: readonly Value[],
  site: Site,
): Value | undefined {
  const plan = PLANS.get(app);
  if (plan === undefined) return undefined;
  switch (name) {
    case "setConfig":
      plan.config = first;
      return of;
    case "setErrorConfig":
      plan.errorConfig = first;
      return of;
    case "build":
      if (!plan.isBuilt) build(machine, app, of, plan, site);
      plan.isBuilt = true;
      return of;
    default:
      return undefined;
  }
}

function build(machine: Machine, app: App, self: Value, plan: Plan, site: Site): void {
  setUp(machine, app, plan.config, self, site);
  if (plan.router !== undefined)
    addUse(machine, app, isKnown(plan.root, undefined) ? [plan.router] : [plan.root, plan.router], site);
  const prefix = isKnown(plan.root, undefined) ? "" : text(plan.root);
  for (const cls of decoratedClasses(machine, DIALECT.packages, DIALECT.controllers, site))
    for (const layer of routesOf(machine, cls, prefix)) addLayer(machine, app, layer);
  setUp(machine, app, plan.errorConfig, self, site);
}

function setUp(machine: Machine, app: App, config: Value | undefined, self: Value, site: Site): void {
  if (config === undefined) return;
  if (config.k === "fn") machine.call(config, [self], config.self);
  else app.holes.push({ why: "what the server is configured by is not known", site });
}

function routesOf(
  machine: Machine,
  cls: Class,
  prefix: string | undefined,
): readonly Omit<Layer, "conditions">[] {
  return routedMethods(machine, cls, DIALECT).flatMap((routed) => {
    const handlers = [
      ...given(machine, routed.controller).slice(1),
      ...argumentsOf(machine, routed.decorators, "withMiddleware"),
      ...given(machine, routed.route).slice(1),
    ].map((one) => middlewareOf(machine, one));
    const answer = answerOf(machine, routed);
    return layersOf(machine, routed, prefix, [...handlers, ...routed.perhapsGuards, answer]);
  });
}

/** Without decorators its parameters are those of any handler; what it throws is caught. */
function answerOf(machine: Machine, routed: Routed): Value {
  return ofParameters(machine, routed).length === 0
    ? methodAsHandler(routed, PACKAGE)
    : unknown("a method that answers", routed.site);
}

/** A middleware, a class that has one for its method, or what stands for one of both in the container. */
function middlewareOf(machine: Machine, value: Value): Value {
  const bound = value.k === "fn" || value.k === "class" ? undefined : boundTo(machine, value);
  const one = bound ?? value;
  if (one.k === "prim" || rootPackage(one)?.name === "Symbol")
    return unknown("a middleware that a container gives");
  if (one.k !== "class") return one;
  return methodOfInjected(one, "handler") ?? unknown("a middleware of a container");
}

/** `container.bind(TYPES.Guard).to(Guard)`, `container.bind(TYPES.Guard).toConstantValue(guard)`. */
function boundTo(machine: Machine, token: Value): Value | undefined {
  for (const { call } of machine.calls) {
    const { callee, args } = call;
    if (callee.k !== "member" || !/^to(?:ConstantValue|Function)?$/.test(callee.name)) continue;
    const { of } = callee;
    if (of.k !== "call" || of.callee.k !== "member" || of.callee.name !== "bind") continue;
    const [key] = of.args;
    if (key === token || (token.k === "prim" && key !== undefined && isKnown(key, token.v))) return args[0];
  }
  return undefined;
}
