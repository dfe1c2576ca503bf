import { ConfigError } from "../errors/config-error.ts";
import { FIRST_DESCRIPTOR } from "./place.ts";

/** What systemd says about the sockets it hands over. */
export interface ActivationFacts {
  readonly listenPid: string | undefined;
  readonly listenFds: string | undefined;
  readonly pid: number;
}

/**
 * How many sockets this process was given, from descriptor 3 on. Pure.
 *
 * A variable that was meant for the parent, such as npm or a shell, does not count: descriptor 3 is something else here.
 *
 * @throws {ConfigError} `ACTIVATION_MISSING`
 * @see sd_listen_fds(3)
 */
export function countActivatedSockets({ listenPid, listenFds, pid }: ActivationFacts): number {
  if (listenFds === undefined || listenPid === undefined) throw missing("LISTEN_FDS is not set");
  if (listenPid !== String(pid))
    throw missing(`the sockets are for process ${digits(listenPid)}, this one is ${pid}`);
  const count = /^[1-9]\d{0,2}$/.test(listenFds) ? Number(listenFds) : 0;
  if (count === 0) throw missing("LISTEN_FDS is not a count");
  return count;
}

/** Reads the variables once and takes them out of the environment: a child process must not read them as its own. */
export function takeActivatedSockets(needed: number): void {
  const { LISTEN_PID: listenPid, LISTEN_FDS: listenFds } = process.env;
  const count = countActivatedSockets({ listenPid, listenFds, pid: process.pid });
  if (count < needed) throw missing(`${count} socket was given, ${needed} are needed`);
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
    Reflect.deleteProperty(process.env, name);
}

export function descriptor(index: number): number {
  return FIRST_DESCRIPTOR + index;
}

function digits(text: string): string {
  return text.replace(/\D/g, "").slice(0, 10);
}

function missing(reason: string): ConfigError {
  return new ConfigError("ACTIVATION_MISSING", {
    what: `listen(): option "socketActivation" is set, but no socket was handed over: ${reason}.`,
    why: "descriptor 3 could be any file of this process; listening on it would be a guess.",
    fix: "start it by its .socket unit with ExecStart=node app.js (not through npm), or try: systemd-socket-activate -l 8080 node app.js",
  });
}
