import { HttpError } from "hauberk/errors";
import { QueueFullError } from "../queues/bounded.ts";

const RETRY_AFTER_SECONDS = 5;

/** Turns a full password queue into the answer a client understands: 503 with Retry-After. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof QueueFullError)) throw cause;
    const headers = { "Retry-After": String(RETRY_AFTER_SECONDS) };
    throw new HttpError(503, "SERVICE_UNAVAILABLE", { because: "password queue full", headers, cause });
  }
}
