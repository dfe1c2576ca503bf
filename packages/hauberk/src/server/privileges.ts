import type { ConfigError } from "../errors/config-error.ts";
import { kept, notRoot, noUsersHere, servingAsRoot } from "./privilege-errors.ts";
import { provePrivilegesDropped } from "./prove.ts";

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
 * Gives root up for good: supplementary groups first, then the group, then the user; in any other order the later steps
 * are not allowed any more, or leave the groups of root behind (`/etc/shadow` stayed readable for group 42).
 *
 * The groups become empty, not those of the user: a web server needs no other file than its own.
 *
 * @throws {ConfigError} `PRIVILEGES_UNAVAILABLE`, `PRIVILEGES_KEPT`
 * @see setgroups(2), setgid(2), setuid(2)
 */
export function dropPrivileges(identity: Identity): void {
  const { setgroups, setgid, setuid } = process;
  if (setgroups === undefined || setgid === undefined || setuid === undefined) throw noUsersHere();
  try {
    setgroups([]);
    setgid(identity.gid);
    setuid(identity.uid);
    process.umask(0o077);
  } catch (cause) {
    throw kept(`the change to uid ${identity.uid} was refused`, cause);
  }
  provePrivilegesDropped(identity);
}
