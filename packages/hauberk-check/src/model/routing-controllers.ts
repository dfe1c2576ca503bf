import type { App, Layer } from "./app.ts";
import {
  answersItself,
  argumentsOf,
  caught,
  dataOf,
  given,
  JSON_PARSER,
  layersOf,
  methodOfInjected,
  MULTER,
  namedGuard,
  ofParameters,
  routedMethods,
  VERB_GIVEN,
  verbsNamed,
  type Dialect,
  type Routed,
} from "./controller-routes.ts";
import { decoratorsOf, type Decorator } from "./decorators.ts";
import { addLayer, addUse } from "./layers.ts";
import { classesIn, decoratedClasses, type Classes } from "./listed-classes.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { property } from "./properties.ts";
import { isKnown, UNDEFINED, unknown, type Class, type Pkg, type Site, type Value } from "./values.ts";

const PACKAGE = "routing-controllers";

const DIALECT: Dialect = {
  packages: /^routing-controllers$/,
  controllers: new Set(["Controller", "JsonController"]),
  verbs: new Map([
    ...verbsNamed(["Get", "Post", "Put", "Patch", "Delete", "All", "Head"]),
    ["Method", VERB_GIVEN],
  ]),
};

/** `createExpressServer({ controllers })` makes an app, `useExpressServer(app, { controllers })` adds to one. */
export function serveControllers(
  machine: Machine,
  { path }: Pkg,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const [name] = path;
  if (name !== "createExpressServer" && name !== "useExpressServer") return undefined;
  const [first, second] = args;
  const made = name === "createExpressServer" ? machine.newApp("app", site) : first;
  if (made?.k !== "app") return undefined;
  mount(machine, made.app, (name === "createExpressServer" ? first : second) ?? UNDEFINED, site);
  return made;
}

/** In the order in which it adds them: cors, middlewares that come before, the routes, middlewares that come after. */
function mount(machine: Machine, app: App, options: Value, site: Site): void {
  const cors = corsOf(machine, property(options, "cors"), site);
  if (cors !== undefined) addUse(machine, app, [cors], site);
  const prefix = property(options, "routePrefix");
  const base = isKnown(prefix, undefined) ? "" : text(prefix);
  const middlewares = listed(machine, options, "middlewares", new Set(["Middleware"]), site);
  const controllers = listed(machine, options, "controllers", DIALECT.controllers, site);
  if (!middlewares.isWhole)
    app.holes.push({ why: "which middlewares the controllers are served with is not known", site });
  if (!controllers.isWhole)
    machine.notes.add("some controllers that an app is given are not known: their routes are not checked");
  const sorted = middlewares.classes
    .map((cls) => middlewareOf(machine, cls))
    .filter((one) => one !== undefined);
  const around = sorted.toSorted((a, b) => b.priority - a.priority);
  const add = (type: string): void => {
    for (const one of around.filter((other) => other.type === type))
      addUse(machine, app, base === "" ? [one.handler] : [prefix, one.handler], site);
  };
  add("before");
  for (const cls of controllers.classes)
    for (const layer of routesOf(machine, cls, base)) addLayer(machine, app, layer);
  add("after");
}

const CORS: Pkg = { k: "pkg", name: "cors", path: [] };

function corsOf(machine: Machine, asked: Value, site: Site): Value | undefined {
  if (asked.k === "prim") return asked.v === true ? machine.invoke(CORS, [], site, false) : undefined;
  const made = machine.invoke(CORS, [asked], site, false);
  // What is not known may be `false`.
  return asked.k === "obj" ? made : { k: "either", values: [made, UNDEFINED] };
}

/** Without a list it takes all that were loaded. */
function listed(
  machine: Machine,
  options: Value,
  name: string,
  decorators: ReadonlySet<string>,
  site: Site,
): Classes {
  const list = property(options, name);
  const isEmpty = isKnown(list, undefined) || (list.k === "arr" && list.items.length === 0 && !list.open);
  return isEmpty
    ? { classes: decoratedClasses(machine, DIALECT.packages, decorators, site), isWhole: true }
    : classesIn(machine, list, site);
}

interface Middleware {
  readonly type: string;
  readonly priority: number;
  readonly handler: Value;
}

/** `@Middleware({ type: "before" }) class Headers { use(request, response, next) {} }`. */
function middlewareOf(machine: Machine, cls: Class): Middleware | undefined {
  const decorator = decoratorsOf(machine, cls.node, cls.module).find(({ name }) => name === "Middleware");
  if (decorator === undefined) return undefined;
  const [options = UNDEFINED] = given(machine, decorator);
  const priority = property(options, "priority");
  return {
    type: text(property(options, "type")) ?? "before",
    priority: priority.k === "prim" && typeof priority.v === "number" ? priority.v : 0,
    handler: handlerOf(cls),
  };
}

/** A function is the middleware itself, a class has it for its method, and what that throws is caught. */
function handlerOf(value: Value): Value {
  if (value.k !== "class") return value;
  const onErrors = methodOfInjected(value, "error");
  if (onErrors !== undefined) return onErrors;
  const method = methodOfInjected(value, "use");
  return method === undefined
    ? unknown("a middleware")
    : caught(PACKAGE, method, { module: value.module, node: value.node });
}

function routesOf(
  machine: Machine,
  cls: Class,
  prefix: string | undefined,
): readonly Omit<Layer, "conditions">[] {
  return routedMethods(machine, cls, DIALECT).flatMap((routed) => {
    const handlers = [
      ...argumentsOf(machine, routed.decorators, "UseBefore").map(handlerOf),
      ...readers(machine, routed),
      ...(routed.decorators.some((one) => one.name === "Authorized")
        ? [namedGuard(PACKAGE, "Authorized", routed.site)]
        : []),
      ...routed.perhapsGuards,
      answersItself(machine, routed) || routed.controller.name === "Controller"
        ? unknown("a method that answers", routed.site)
        : dataOf(PACKAGE, routed.site),
    ];
    return layersOf(machine, routed, prefix, handlers);
  });
}

/** What reads the body for its parameters, and whom `@CurrentUser({ required: true })` refuses. */
function readers(machine: Machine, routed: Routed): readonly Value[] {
  const { site } = routed;
  const params = ofParameters(machine, routed);
  const named = (pattern: RegExp): readonly Decorator[] =>
    params.filter(({ from, name }) => from === PACKAGE && pattern.test(name));
  const [body] = named(/^Body(?:Param)?$/);
  const parser = body === undefined ? [] : [parserOf(machine, JSON_PARSER, body, site)];
  const files = named(/^UploadedFiles?$/).map((one) => parserOf(machine, MULTER, one, site));
  const isRequired = named(/^CurrentUser$/).some((one) =>
    given(machine, one).some((options) => isKnown(property(options, "required"), true)),
  );
  return [...parser, ...files, ...(isRequired ? [namedGuard(PACKAGE, "CurrentUser", site)] : [])];
}

/** `@Body({ options: { limit: "50mb" } })`, `@UploadedFile("file", { options: { limits } })`. */
function parserOf(machine: Machine, reader: Pkg, decorator: Decorator, { module }: Site): Value {
  const options = given(machine, decorator).find((one) => one.k !== "prim");
  const inner = options === undefined ? UNDEFINED : property(options, "options");
  const [node = decorator.node] = decorator.args;
  return machine.invoke(reader, isKnown(inner, undefined) ? [] : [inner], { module, node }, false);
}
