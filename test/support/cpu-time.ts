import { processStat } from "./process-stat.ts";

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

/**
 * What a process has spent of processor time since its start, in milliseconds and steps of ten.
 *
 * @throws {Error} when there is no such process
 */
export function processorMillisOf(pid: number): number {
  const stat = processStat(pid);
  if (stat === undefined) throw new Error(`process ${pid} is gone`);
  return stat.processorMillis;
}
