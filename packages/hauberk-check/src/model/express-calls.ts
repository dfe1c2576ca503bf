import type { App, Condition, Layer } from "./app.ts";
import { under, type Machine } from "./machine.ts";
import { env, text } from "./operators.ts";
import {
  rootPackage,
  prim,
  UNDEFINED,
  unknown,
  type Call,
  type Member,
  type Pkg,
  type Site,
  type Value,
} from "./values.ts";

const METHODS: ReadonlySet<string> = new Set(
  "all get post put patch delete del head options trace connect copy lock mkcol move purge propfind proppatch unlock report mkactivity checkout merge m-search notify subscribe unsubscribe search query link unlink bind rebind unbind acl source".split(
    " ",
  ),
);
const APP_PACKAGES: ReadonlySet<string> = new Set([
  "express",
  "express.createServer",
  "@feathersjs/express",
  "ultimate-express",
]);
const ROUTER_PACKAGES: ReadonlySet<string> = new Set([
  "express.Router",
  "router",
  "express-promise-router",
  "express-async-router.AsyncRouter",
  "router.Router",
]);

/** Calls that make or change an Express app; `undefined` for all others. */
export function callExpress(
  machine: Machine,
  callee: Value,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  if (callee.k === "pkg") return create(machine, callee, args, site);
  if (callee.k !== "member") return undefined;
  if (callee.of.k === "app") return callApp(machine, callee.of.app, callee, args, site);
  if (callee.of.k === "route") {
    if (METHODS.has(callee.name)) {
      addLayer(machine, callee.of.app, {
        kind: "route",
        method: verb(callee.name),
        path: callee.of.path,
        handlers: flatten(args),
        site,
      });
    }
    return callee.of;
  }
  if (callee.name === "listen") return listenServer(machine, callee, args, site);
  return undefined;
}

function create(machine: Machine, callee: Pkg, args: readonly Value[], site: Site): Value | undefined {
  const name = [callee.name, ...callee.path].join(".");
  if (APP_PACKAGES.has(name)) return machine.newApp("app", site);
  if (ROUTER_PACKAGES.has(name)) return machine.newApp("router", site, args[0]);
  return undefined;
}

function callApp(
  machine: Machine,
  app: App,
  callee: Member,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const self = callee.of;
  const [first] = args;
  switch (callee.name) {
    case "use":
      addUse(machine, app, args, site);
      return self;
    case "route":
      return { k: "route", app, path: first ?? unknown("a path") };
    case "param":
      addLayer(machine, app, {
        kind: "param",
        method: "",
        path: first,
        handlers: flatten(args.slice(1)),
        site,
      });
      return self;
    case "set":
      if (args.length < 2) return settingOf(app, first, site);
      addSetting(machine, app, first, args[1] ?? UNDEFINED, site);
      return self;
    case "enable":
    case "disable":
      addSetting(machine, app, first, prim(callee.name === "enable", site), site);
      return self;
    case "enabled":
    case "disabled":
      return unknown("a setting", site);
    case "configure":
      configure(machine, args);
      return self;
    case "engine":
      addSetting(machine, app, prim("engine"), args[1] ?? UNDEFINED, site);
      return self;
    case "listen":
      app.listens.push(site);
      runLast(machine, args);
      return { k: "call", callee, args, isNew: false, site };
    case "on":
    case "once":
      runLast(machine, args);
      return self;
    case "handle":
    case "emit":
    case "path":
    case "render":
      return unknown(callee.name, site);
    default:
  }
  if (callee.name === "get" && args.length === 1) return settingOf(app, first, site);
  if (!METHODS.has(callee.name) && callee.name !== "?") return undefined;
  addLayer(machine, app, {
    kind: "route",
    method: callee.name === "?" ? "?" : verb(callee.name),
    path: first,
    handlers: flatten(args.slice(1)),
    site,
  });
  return self;
}

const verb = (name: string): string => (name === "del" ? "delete" : name);

function addUse(machine: Machine, app: App, args: readonly Value[], site: Site): void {
  const [first, ...rest] = args;
  if (first === undefined) return;
  const isPath =
    isPathLike(first) ||
    (rest.length > 0 && ["unknown", "env", "fallback"].includes(first.k) && !looksLikeHandler(first));
  const handlers = flatten(isPath ? rest : args);
  const router = handlers.some(
    (one) => one.k === "member" && one.of.k === "app" && one.of.app === app && one.name === "router",
  );
  addLayer(machine, app, {
    kind: router ? "v3-router" : "use",
    method: "",
    path: isPath ? first : undefined,
    handlers,
    site,
  });
}

function looksLikeHandler(value: Value): boolean {
  return value.k === "unknown" && value.site !== undefined && value.site.node.type === "SpreadElement";
}

function isPathLike(value: Value): boolean {
  if (value.k === "arr") return value.items.length > 0 && value.items.every(isPathLike);
  if (value.k === "either") return value.values.every(isPathLike);
  if (value.k === "mode") return isPathLike(value.prod);
  if (value.k === "fallback") return isPathLike(value.right);
  return (value.k === "prim" && typeof value.v === "string") || value.k === "regex";
}

/** Express takes arrays of any depth where it takes a middleware. */
/** What lists in lists hold. One may hold itself, or each the next one twice: neither may take for ever. */
function flatten(values: readonly Value[]): Value[] {
  const found: Value[] = [];
  let left = MAX_LAYERS;
  const collect = (list: readonly Value[], above: readonly Value[]): void => {
    for (const value of list) {
      left -= 1;
      if (left < 0) return;
      if (value.k === "arr") {
        if (!above.includes(value)) collect(value.items, [...above, value]);
        if (value.open) found.push(unknown("more middleware in a list that is not known", value.site));
      } else if (value.k !== "prim") found.push(value);
    }
  };
  collect(values, []);
  return found;
}

/** More than any app has; a loop that the reader follows to its end makes as many as it likes. */
const MAX_LAYERS = 10_000;

function addLayer(machine: Machine, app: App, layer: Omit<Layer, "conditions">): void {
  if (app.layers.length >= MAX_LAYERS)
    machine.notes.add(
      `an app has more than ${String(MAX_LAYERS)} routes and middlewares; the rest is not checked`,
    );
  else app.layers.push({ ...layer, conditions: machine.conditions.slice(app.born) });
}

function addSetting(machine: Machine, app: App, name: Value | undefined, value: Value, site: Site): void {
  const key = name === undefined ? undefined : text(name);
  if (key !== undefined)
    app.settings.push({ name: key, value, site, conditions: machine.conditions.slice(app.born) });
}

function settingOf(app: App, name: Value | undefined, site: Site): Value {
  const key = name === undefined ? undefined : text(name);
  const set = app.settings.findLast((one) => one.name === key);
  if (set !== undefined) return set.value;
  return key === "env" ? env("NODE_ENV", site) : unknown(`setting ${key ?? ""}`, site);
}

/** Express 3: `app.configure([env...], fn)`. */
function configure(machine: Machine, args: readonly Value[]): void {
  const fn = args.at(-1);
  if (fn?.k !== "fn") return;
  const environments = args.slice(0, -1).map(text);
  const label = environments.join(", ");
  let condition: Condition | undefined;
  if (environments.length > 0)
    condition = { mode: environments.includes("production") ? "prod" : "dev", text: label };
  under(machine, condition, () => machine.call(fn, []));
}

function runLast(machine: Machine, args: readonly Value[]): void {
  const last = args.at(-1);
  if (last?.k === "fn") machine.call(last, []);
}

/** `http.createServer(app).listen(...)`. */
function listenServer(
  machine: Machine,
  callee: Member,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const server = callee.of;
  if (server.k !== "call") return undefined;
  const app = appOf(server);
  if (app === undefined) return undefined;
  app.listens.push(site);
  runLast(machine, args);
  return server;
}

function appOf(server: Call): App | undefined {
  const from = rootPackage(server)?.name;
  if (from === undefined || !/^(?:https?|http2|spdy|httpolyglot)$/.test(from)) return undefined;
  const found = server.args.find((one) => one.k === "app");
  return found?.k === "app" ? found.app : undefined;
}
