import { readFileSync } from "node:fs";

/** Kept for files, databases and connections of the application's own. */
export const RESERVED_DESCRIPTORS = 128;

/**
 * How many descriptors this process may have: a limit on connections above it limits nothing, accept() fails first.
 *
 * @returns a large number where the system does not say
 */
export function countDescriptors(): number {
  try {
    return readDescriptorLimit(readFileSync("/proc/self/limits", "utf8")) ?? 65_536;
  } catch {
    return 65_536;
  }
}

/** The soft limit in `/proc/<pid>/limits`, or undefined when it is unlimited or not there. */
export function readDescriptorLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
