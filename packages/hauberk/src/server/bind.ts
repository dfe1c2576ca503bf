import { lookup } from "node:dns/promises";
import { chmodSync, chownSync, lstatSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { ConfigError } from "../errors/config-error.ts";
import { describePlace, type Place } from "./place.ts";
import type { Identity } from "./privileges.ts";

/**
 * Does what needs the event loop before anything is bound: from the first bind to the drop of privileges the loop must not
 * turn, or it could accept a connection as root.
 *
 * @throws {ConfigError} `ADDRESS_UNAVAILABLE`, `PORT_IN_USE`
 */
export async function preparePlace(place: Place): Promise<Place> {
  if (place.kind === "path") await removeStaleSocket(place.path);
  if (place.kind !== "port") return place;
  try {
    return { ...place, host: (await lookup(place.host)).address };
  } catch (cause) {
    throw bindError(cause as NodeJS.ErrnoException, place);
  }
}

/** Binds without letting the loop turn: neither of the promises in here waits for it. */
export function bind(server: Server, place: Place, owner: Identity | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(bindError(error, place));
    server.once("error", onError);
    const onListening = (): void => {
      server.off("error", onError);
      resolve();
    };
    if (place.kind === "path") bindPath(server, place, owner, onListening);
    else if (place.kind === "descriptor") server.listen({ fd: place.fd }, onListening);
    else server.listen({ port: place.port, host: place.host, exclusive: true }, onListening);
  });
}

/** The mask is closed while the file is made: nobody connects between its birth and its mode. */
function bindPath(
  server: Server,
  place: Place & { kind: "path" },
  owner: Identity | undefined,
  onListening: () => void,
): void {
  const mask = process.umask(0o777);
  try {
    server.listen({ path: place.path, exclusive: true });
    if (!server.listening) return;
    if (owner !== undefined) chownSync(place.path, owner.uid, owner.gid);
    chmodSync(place.path, place.mode);
    server.once("listening", onListening);
  } finally {
    process.umask(mask);
  }
}

/** A process that was killed leaves its socket file behind; one that somebody still answers on is not stale. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const place: Place = { kind: "path", path, mode: 0 };
  // Never delete what is not a socket: a typing mistake would cost a file.
  if (!found.isSocket()) throw bindError(Object.assign(new Error(), { code: "EEXIST" }), place);
  if (await answers(path)) throw bindError(Object.assign(new Error(), { code: "EADDRINUSE" }), place);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => finish(true));
    socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code !== "ECONNREFUSED"));
    socket.setTimeout(500, () => finish(true));
  });
}

/** What the system refused, in the house's words. */
export function bindError(error: NodeJS.ErrnoException, place: Place): ConfigError {
  const where = describePlace(place);
  const cause = { cause: error };
  if (error.code === "EADDRINUSE") {
    const find = place.kind === "port" ? `ss -ltnp "sport = :${place.port}"` : `ss -lxp src ${where}`;
    const problem = {
      what: `listen(): ${where} is taken by another process.`,
      why: "the application would not be reachable, or somebody else would answer in its place.",
      fix: `stop the other one (${find} names it), or choose another place.`,
    };
    return new ConfigError("PORT_IN_USE", problem, cause);
  }
  if (error.code === "EACCES" || error.code === "EPERM")
    return new ConfigError("PERMISSION_DENIED", notPermitted(where, place), cause);
  const problem = {
    what: `listen(): ${where} cannot be bound: ${error.code ?? error.message}.`,
    why: "this machine does not have that address or folder, or what is there is not a socket.",
    fix: 'use "127.0.0.1" for this machine only, "::" for every address.',
  };
  return new ConfigError("ADDRESS_UNAVAILABLE", problem, cause);
}

function notPermitted(where: string, place: Place): { what: string; why: string; fix: string } {
  const what = `listen(): this user may not bind ${where}.`;
  if (place.kind !== "port") {
    const fix = "let systemd make the folder (RuntimeDirectory=myapp), or create it for this user.";
    return { what, why: "the folder belongs to somebody else.", fix };
  }
  const ways = [
    `root, dropped after the bind: sudo node app.js with listen({ port: ${place.port}, user: "www-data" });`,
    "systemd opens the port: a .socket unit and listen({ socketActivation: true });",
    "the right for this port only: AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit," +
      ` or authbind --deep node app.js with /etc/authbind/byport/${place.port};`,
    "a proxy such as nginx on the low port, and this process on one above 1023.",
  ];
  const fix = `choose one of four ways:\n${ways.map((way, index) => `    ${index + 1}. ${way}`).join("\n")}`;
  return { what, why: "ports below 1024 belong to root.", fix };
}
