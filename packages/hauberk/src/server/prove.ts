import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { kept } from "./privilege-errors.ts";
import type { Identity } from "./privileges.ts";

/**
 * Asks the kernel, not our own bookkeeping: each of these must fail or be gone, in every thread of the process.
 *
 * @throws {ConfigError} `PRIVILEGES_KEPT`
 */
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
  for (const status of threadStatuses()) {
    const reason = findKeptPrivilege(status, identity);
    if (reason !== undefined) throw kept(reason);
  }
}

/**
 * What a thread's `/proc/self/task/<id>/status` says is still root's. Pure.
 *
 * CapPrm counts as CapEff does: a permitted capability is one system call away from an effective one.
 *
 * @see capabilities(7), proc_pid_status(5)
 */
export function findKeptPrivilege(status: string, identity: Identity): string | undefined {
  const field = (name: string): string => new RegExp(`^${name}:[\\t ]*(.*)$`, "m").exec(status)?.[1] ?? "";
  for (const name of ["CapEff", "CapPrm", "CapAmb"]) {
    if (!/^0*$/.test(field(name))) return `capabilities ${field(name)} are still there (${name})`;
  }
  // Real, effective, saved and file system id.
  for (const [name, id] of [
    ["Uid", identity.uid],
    ["Gid", identity.gid],
  ] as const) {
    const ids = field(name).split(/\s+/).filter(Boolean);
    if (ids.length !== 4 || ids.some((each) => each !== String(id)))
      return `a thread has ${name} ${ids.join(" ")}`;
  }
  const groups = field("Groups").split(/\s+/).filter(Boolean);
  return groups.some((group) => group !== String(identity.gid))
    ? `a thread has the groups ${groups.join(" ")}`
    : undefined;
}

/** Linux only; elsewhere there are no capabilities to keep. */
function threadStatuses(): readonly string[] {
  if (process.platform !== "linux") return [];
  return threadIds().flatMap((id) => {
    try {
      return [readFileSync(`/proc/self/task/${id}/status`, "utf8")];
    } catch {
      // The thread has ended meanwhile.
      return [];
    }
  });
}

function threadIds(): readonly string[] {
  try {
    return readdirSync("/proc/self/task");
  } catch (cause) {
    throw kept("/proc cannot be read, so nothing can be proven", cause);
  }
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
