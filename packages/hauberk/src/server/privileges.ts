import { execFileSync } from "node:child_process";
import { readFileSync, readSync, openSync, closeSync } from "node:fs";
import { ConfigError } from "../errors/config-error.ts";

/** What the process is and was asked to become. */
export interface PrivilegeFacts {
  /** undefined where processes have no user, as on Windows. */
  readonly uid: number | undefined;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly serveAsRoot: boolean;
}

export type PrivilegePlan =
  | { readonly kind: "keep" }
  | { readonly kind: "drop"; readonly user: string; readonly group: string | undefined }
  | { readonly kind: "refuse"; readonly error: ConfigError };

/**
 * Decides what has to happen to the process's privileges once the port is bound. Pure.
 * @see OWASP ASVS 5.0 v5.0.0-13.2.2
 */
export function decidePrivileges(facts: PrivilegeFacts): PrivilegePlan {
  const wanted = facts.user ?? facts.group;
  if (facts.uid === undefined)
    return wanted === undefined ? { kind: "keep" } : { kind: "refuse", error: noUsersHere() };
  if (facts.uid === 0) return decideForRoot(facts);
  return wanted === undefined ? { kind: "keep" } : { kind: "refuse", error: notRoot(facts.uid) };
}

function decideForRoot(facts: PrivilegeFacts): PrivilegePlan {
  if (facts.user !== undefined) return { kind: "drop", user: facts.user, group: facts.group };
  if (facts.serveAsRoot && facts.group === undefined) return { kind: "keep" };
  return { kind: "refuse", error: servingAsRoot() };
}

/** The numbers behind two names. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Looks the names up before anything is bound, through `id` and `getent`, which know every directory the system uses.
 *
 * @throws {ConfigError} `USER_UNKNOWN`, also for a user or group that is root by another name
 */
export function lookUpIdentity(user: string, group: string | undefined): Identity {
  const uid = lookUp("id", ["-u", "--", user], `user "${user}"`);
  const gid =
    group === undefined
      ? lookUp("id", ["-g", "--", user], `group of "${user}"`)
      : lookUp("getent", ["group", group], `group "${group}"`);
  if (uid === 0 || gid === 0) throw unknownUser(uid === 0 ? `user "${user}" is root` : "the group is root's");
  return { uid, gid };
}

function lookUp(command: string, parameters: readonly string[], what: string): number {
  try {
    const output = execFileSync(command, parameters, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 1500,
    });
    const number = /^\d+$/.exec(command === "getent" ? (output.split(":")[2] ?? "") : output.trim())?.[0];
    if (number !== undefined) return Number(number);
  } catch {
    // Told below: the command's own words would not help.
  }
  throw unknownUser(`the ${what} does not exist`);
}

/**
 * Gives root up for good: supplementary groups first, then the group, then the user; in any other order the later steps
 * are not allowed any more, or leave the groups of root behind (`/etc/shadow` stayed readable for group 42).
 *
 * @throws {ConfigError} `PRIVILEGES_UNAVAILABLE`, `PRIVILEGES_KEPT`
 * @see setgroups(2), setgid(2), setuid(2)
 */
export function dropPrivileges(identity: Identity): void {
  const { setgroups, setgid, setuid } = process;
  if (setgroups === undefined || setgid === undefined || setuid === undefined) throw noUsersHere();
  try {
    process.umask(0o077);
    setgroups([]);
    setgid(identity.gid);
    setuid(identity.uid);
  } catch (cause) {
    throw kept(`the change to uid ${identity.uid} was refused`, cause);
  }
  provePrivilegesDropped(identity);
}

/** Asks the kernel, not our own bookkeeping: each of these must fail or be gone. */
export function provePrivilegesDropped(identity: Identity): void {
  const ids = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()];
  if (ids.join() !== [identity.uid, identity.uid, identity.gid, identity.gid].join())
    throw kept("the ids are not the new ones");
  const groups = process.getgroups?.() ?? [];
  if (groups.some((group) => group !== identity.gid))
    throw kept(`the groups ${groups.join(", ")} are still there`);
  if (succeeds(() => process.setuid?.(0))) throw kept("the process could become root again");
  if (succeeds(() => process.setgid?.(0))) throw kept("the process could take root's group again");
  if (succeeds(() => readOneByte("/etc/shadow"))) throw kept("/etc/shadow can be read");
  const capabilities = effectiveCapabilities();
  if (capabilities !== undefined && capabilities !== 0n)
    throw kept(`capabilities ${capabilities.toString(16)} are still there`);
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function readOneByte(file: string): void {
  const descriptor = openSync(file, "r");
  readSync(descriptor, Buffer.alloc(1));
  closeSync(descriptor);
}

/** Linux only; elsewhere there are no capabilities to keep. */
function effectiveCapabilities(): bigint | undefined {
  try {
    const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return hex === undefined ? undefined : BigInt(`0x${hex}`);
  } catch {
    return undefined;
  }
}

function kept(reason: string, cause?: unknown): ConfigError {
  return new ConfigError(
    "PRIVILEGES_KEPT",
    {
      what: `listen(): root was not given up: ${reason}.`,
      why: "whoever takes over this process would then own the machine.",
      fix: "start as the user itself and let systemd or a proxy own the port; docs/guide/privileges.md shows both.",
    },
    { cause },
  );
}

function servingAsRoot(): ConfigError {
  return new ConfigError("RUNNING_AS_ROOT", {
    what: 'listen(): this process is root and option "user" is not given.',
    why: "one hole in any package would be a hole in the whole machine.",
    fix: 'listen({ ..., user: "www-data" }) binds the port first and is that user afterwards; or start it as another user.',
  });
}

function notRoot(uid: number): ConfigError {
  return new ConfigError("PRIVILEGES_UNAVAILABLE", {
    what: `listen(): option "user" or "group" is given, but this process is uid ${uid}, not root.`,
    why: "only root can become somebody else; you would run as another user than you think.",
    fix: 'leave "user" and "group" out: this process is not root, so there is nothing to drop.',
  });
}

function noUsersHere(): ConfigError {
  return new ConfigError("PRIVILEGES_UNAVAILABLE", {
    what: `listen(): option "user" or "group" is given, but processes cannot change their user on ${process.platform}.`,
    why: "the process would go on with the rights it was started with.",
    fix: 'leave "user" and "group" out and start the process under a service account.',
  });
}

function unknownUser(reason: string): ConfigError {
  return new ConfigError("USER_UNKNOWN", {
    what: `listen(): ${reason}.`,
    why: "there is nobody to drop to, so the process would stay root.",
    fix: "create one: useradd --system --no-create-home --shell /usr/sbin/nologin myapp",
  });
}
