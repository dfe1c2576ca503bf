import type { App } from "./app.ts";
import type { Machine } from "./machine.ts";
import { rootPackage, type Call, type Member, type Site, type Value } from "./values.ts";

/** A callback given last, as `listen` and `on` take it. */
export function runLast(machine: Machine, args: readonly Value[]): void {
  const last = args.at(-1);
  if (last?.k === "fn") machine.call(last, []);
}

/** `http.createServer(app).listen(...)`. */
export function listenServer(
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
