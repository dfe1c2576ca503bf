import type { App } from "./app.ts";
import { METHODS } from "./express-methods.ts";
import { addLayer, addUse, flatten } from "./layers.ts";
import { callNest, createNest } from "./nest.ts";
import { callInversify, createInversify } from "./inversify.ts";
import { listenServer, runLast } from "./listening.ts";
import type { Machine } from "./machine.ts";
import { addControllers } from "./overnight.ts";
import { serveControllers } from "./routing-controllers.ts";
import { addSetting, configure, settingOf } from "./settings.ts";
import { createProcedures } from "./trpc.ts";
import { createEndpoints } from "./ts-rest.ts";
import { registerRoutes } from "./tsoa.ts";
import { nameOf, prim, UNDEFINED, unknown, type Member, type Pkg, type Site, type Value } from "./values.ts";

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
  const registered = registerRoutes(machine, callee, args, site);
  if (registered !== undefined) return registered;
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
  const name = nameOf(callee);
  if (APP_PACKAGES.has(name)) return machine.newApp("app", site);
  if (name === "@nestjs/core.NestFactory.create") return createNest(machine, args, site);
  if (name === "inversify-express-utils.InversifyExpressServer") return createInversify(machine, args, site);
  if (name === "@trpc/server.adapters.express.createExpressMiddleware")
    return createProcedures(machine, args, site);
  if (name === "@ts-rest/express.createExpressEndpoints") return createEndpoints(machine, args, site);
  if (callee.name === "routing-controllers") return serveControllers(machine, callee, args, site);
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
  const ofFramework =
    callNest(machine, app, callee, args, site) ??
    callInversify(machine, app, callee, args, site) ??
    addControllers(machine, app, callee, args, site);
  if (ofFramework !== undefined) return ofFramework;
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
