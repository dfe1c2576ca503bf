// @ts-check

/** @typedef {{ name: string, needs?: readonly string[] }} Task */

/**
 * Does so many tasks at a time, in their order but for those that wait for one they need.
 * @template {Task} T
 * @param {readonly T[]} tasks what one needs and is not in the list counts as done
 * @param {number} count
 * @param {(task: T) => Promise<void>} run never rejects
 * @returns {Promise<void>}
 */
export async function inLanes(tasks, count, run) {
  const waiting = [...tasks];
  const undone = new Set(tasks.map(({ name }) => name));
  /** @type {Set<Promise<void>>} */
  const running = new Set();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ needs = [] }) => needs.every((need) => !undone.has(need)));
    const [task] = next === -1 || running.size >= count ? [] : waiting.splice(next, 1);
    if (task === undefined) {
      if (running.size === 0)
        throw new Error(`these wait for each other: ${waiting.map(({ name }) => name).join(", ")}`);
      await Promise.race(running);
    } else {
      const done = run(task).then(() => {
        undone.delete(task.name);
        running.delete(done);
      });
      running.add(done);
    }
  }
}
