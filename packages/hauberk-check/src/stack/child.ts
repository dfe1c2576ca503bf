import { createRequire } from "node:module";
import { Server as HttpServer } from "node:http";
import { Server as NetServer } from "node:net";
import { pathToFileURL } from "node:url";
import { recordMounts } from "./mounts.ts";
import { isExpressApp, readApp } from "./read-app.ts";

/** Runs in a process of its own: loads the app without letting it listen, and tells the parent what its stack holds. */
const [, , modulePath = ""] = process.argv;
const exit = process.exit.bind(process);
const servers = new Set<NetServer>();

class Exited extends Error {}

function tell(message: object): void {
  process.send?.(message, undefined, undefined, () => exit(0));
}

function remember(this: NetServer): NetServer {
  servers.add(this);
  return this;
}

function holdListen(): void {
  NetServer.prototype.listen = remember;
}

function holdExit(): void {
  process.exit = (code?: number | string | null): never => {
    tell({ ok: false, reason: `it called process.exit(${String(code ?? "")}) while loading` });
    throw new Exited("process.exit");
  };
  process.on("uncaughtException", (error) => {
    if (!(error instanceof Exited))
      tell({ ok: false, reason: `it threw while loading: ${firstLine(error)}` });
  });
  process.on("unhandledRejection", (error) => {
    if (!(error instanceof Exited))
      tell({ ok: false, reason: `it rejected while loading: ${firstLine(error)}` });
  });
}

/** The message only: a connection string in it would be a secret in the report. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : "something that is not an Error";
  return (text.split("\n")[0] ?? "").replace(/:\/\/[^@\s]*@/g, "://***@").slice(0, 200);
}

/** From here on `use` remembers where it was called from. */
function patchExpress(): void {
  const load = createRequire(modulePath);
  for (const name of ["express", "express4", "express3"]) {
    try {
      const express = load(name) as {
        application?: unknown;
        Router?: { prototype?: unknown; use?: unknown };
      };
      recordMounts(express.application);
      recordMounts(express.Router?.prototype);
      recordMounts(express.Router);
    } catch {
      // Not installed under this name.
    }
  }
}

function findApp(exported: unknown): unknown {
  const holders = [
    exported,
    (exported as { default?: unknown }).default,
    (exported as { app?: unknown }).app,
    (exported as { server?: unknown }).server,
  ];
  const inner = (exported as { default?: { app?: unknown } }).default?.app;
  const direct = [...holders, inner].find(isExpressApp);
  if (direct !== undefined) return direct;
  const seen = [...servers, ...holders.filter((one) => one instanceof HttpServer)];
  for (const server of seen) {
    const app = server.listeners("request").find(isExpressApp);
    if (app !== undefined) return app;
  }
  return undefined;
}

async function main(): Promise<void> {
  holdListen();
  holdExit();
  patchExpress();
  const exported: unknown = await import(pathToFileURL(modulePath).href);
  // Set-up that waits for a database or a key registers the app a little later.
  for (let round = 0; round < 60; round += 1) {
    const app = findApp(exported);
    if (app !== undefined) {
      tell({ ok: true, app: readApp(app, servers.size > 0) });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  tell({ ok: false, reason: "it exports no Express app and none began to listen" });
}

main().catch((error: unknown) => {
  if (!(error instanceof Exited)) tell({ ok: false, reason: `it threw while loading: ${firstLine(error)}` });
});
