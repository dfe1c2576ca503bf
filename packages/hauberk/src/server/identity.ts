import { execFileSync } from "node:child_process";
import { confined, unknownUser } from "./privilege-errors.ts";
import type { Identity } from "./privileges.ts";

/**
 * Looks the names up before anything is bound, through `id` and `getent`, which know every directory the system uses.
 *
 * @throws {ConfigError} `USER_UNKNOWN`, also for a user or group that is root by another name; `PRIVILEGES_UNAVAILABLE`
 * under Node's permission model
 */
export function lookUpIdentity(user: string, group: string | undefined): Identity {
  if (process.permission !== undefined && !process.permission.has("fs.read", "/proc/self/task"))
    throw confined();
  const uid = lookUp("id", ["-u", "--", user], `user "${user}"`);
  const gid =
    group === undefined
      ? lookUp("id", ["-g", "--", user], `group of "${user}"`)
      : lookUp("getent", ["group", "--", group], `group "${group}"`);
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
