/**
 * What some work costs this thread, in milliseconds of processor time: a machine that is busy with other tests does not
 * lengthen it, as it does the time on the clock.
 *
 * @example assert.ok(cpuMillis(() => parse(hostile)) < 500);
 */
export function cpuMillis(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  return millisSince(before);
}

/** The same for work that waits; what else this thread does meanwhile counts, too. */
export async function cpuMillisOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  return millisSince(before);
}

function millisSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
