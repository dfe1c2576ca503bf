import { readFileSync } from "node:fs";

/**
 * What some work costs this thread, in milliseconds of processor time: a machine that is busy with other tests does not
 * lengthen it, as it does the time on the clock.
 *
 * @example assert.ok(cpuMillis(() => parse(hostile)) < 500);
 */
export function cpuMillis(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Of `/proc`, in milliseconds; every Linux has it at 100 a second. */
const TICK_MS = 10;

/** What a process has spent of processor time since its start, in milliseconds and steps of ten. */
export function processorMillisOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
