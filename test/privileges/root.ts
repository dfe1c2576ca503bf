import { createServer } from "node:net";
import { once } from "node:events";

/** Whether this process may do what only root may. CI runs as root. */
export const IS_ROOT = process.getuid?.() === 0;

/** Why a test does not run, or false. Dropping root can only be shown by a process that has it. */
export const NEEDS_ROOT: string | false = IS_ROOT
  ? false
  : "needs root, because only root can give root up: run as root";

/** Starts a program as root under a login or a service manager would be: with supplementary groups. */
export const WITH_GROUPS = ["setpriv", "--groups", "0,4,42"] as const;

/** A port below 1024 that nobody listens on. */
export async function freeLowPort(): Promise<number> {
  for (let port = 1023; port > 600; port -= 1) {
    if (await canBind(port)) return port;
  }
  throw new Error("every port below 1024 is taken");
}

async function canBind(port: number): Promise<boolean> {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
