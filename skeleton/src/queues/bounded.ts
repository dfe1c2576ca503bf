/** Thrown instead of queueing when too many tasks wait already. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
  constructor() {
    super("too many tasks are waiting");
  }
}

export interface QueueOptions {
  /** Tasks running at the same time. */
  readonly concurrency: number;
  /** Tasks that may wait; the next one is refused with `QueueFullError`. */
  readonly maxWaiting: number;
}

export interface BoundedQueue {
  readonly run: <T>(task: () => Promise<T>) => Promise<T>;
  readonly running: () => number;
  readonly waiting: () => number;
}

/**
 * Runs a limited number of tasks at once, lets a limited number wait in order, and refuses the rest.
 *
 * Without it, a hundred log-ins at the same moment take 100 x 19 MiB and every thread of libuv's pool, and file and
 * DNS work of the whole process waits behind them.
 */
export function createBoundedQueue(options: QueueOptions): BoundedQueue {
  const { concurrency, maxWaiting } = options;
  if (!(Number.isSafeInteger(concurrency) && concurrency >= 1))
    throw new RangeError("concurrency must be a positive integer");
  if (!(Number.isSafeInteger(maxWaiting) && maxWaiting >= 0))
    throw new RangeError("maxWaiting must be a non-negative integer");
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= maxWaiting) throw new QueueFullError();
    // The slot is handed over by leave(), so nobody who arrives in between can overtake.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async run(task) {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
    running: () => running,
    waiting: () => waiting.length,
  };
}
