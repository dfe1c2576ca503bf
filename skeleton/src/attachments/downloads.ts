import { HttpError } from "hauberk/errors";
import { type BoundedQueue, createBoundedQueue, QueueFullError } from "../passwords/queue.ts";

/** More than a browser asks for at a time. */
export const MAX_DOWNLOADS_AT_ONCE = 16;
/** Connections without a file; a page of many pictures, over a proxy that speaks HTTP/2, has so many. */
const MAX_WAITING = 200;

/**
 * Downloads of each account that are under way in this process; the rest waits for its turn. Whoever reads slowly holds a
 * file open as well as a connection: five hundred such readers left no descriptor for anybody else.
 */
export class Downloads {
  readonly #queues = new Map<string, BoundedQueue>();

  /** @throws {HttpError} `SERVICE_UNAVAILABLE` when too many of the account wait already */
  async run(ownerId: string, send: () => Promise<void>): Promise<void> {
    const queue = this.#queues.get(ownerId) ?? createBoundedQueue(LIMITS);
    this.#queues.set(ownerId, queue);
    try {
      await queue.run(send);
    } catch (cause) {
      if (!(cause instanceof QueueFullError)) throw cause;
      const headers = { "Retry-After": "10" };
      throw new HttpError(503, "SERVICE_UNAVAILABLE", {
        because: "downloads of one account",
        headers,
        cause,
      });
    } finally {
      if (queue.running() === 0) this.#queues.delete(ownerId);
    }
  }
}

const LIMITS = { concurrency: MAX_DOWNLOADS_AT_ONCE, maxWaiting: MAX_WAITING };
