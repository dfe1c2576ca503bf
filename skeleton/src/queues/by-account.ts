import { HttpError } from "hauberk/errors";
import { type BoundedQueue, createBoundedQueue, QueueFullError, type QueueOptions } from "./bounded.ts";

export interface AccountQueueOptions extends QueueOptions {
  /** What waits, for the log. */
  readonly of: string;
  readonly retryAfterSeconds: number;
}

/** A queue for each account, in this process: what one account asks for at once keeps nobody else waiting. */
export class AccountQueues {
  readonly #options: AccountQueueOptions;
  readonly #queues = new Map<string, BoundedQueue>();

  constructor(options: AccountQueueOptions) {
    this.#options = options;
  }

  /** @throws {HttpError} `SERVICE_UNAVAILABLE` when too many tasks of the account wait already */
  async run<T>(accountId: string, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(accountId) ?? createBoundedQueue(this.#options);
    this.#queues.set(accountId, queue);
    try {
      return await queue.run(task);
    } catch (error) {
      throw error instanceof QueueFullError ? this.#tooMany(error) : error;
    } finally {
      if (queue.running() === 0) this.#queues.delete(accountId);
    }
  }

  #tooMany(cause: QueueFullError): HttpError {
    const { of, retryAfterSeconds } = this.#options;
    const headers = { "Retry-After": String(retryAfterSeconds) };
    return new HttpError(503, "SERVICE_UNAVAILABLE", {
      because: `too many ${of} of one account`,
      headers,
      cause,
    });
  }
}
