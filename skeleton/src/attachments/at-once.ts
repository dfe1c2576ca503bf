import type { Request } from "express";
import { MAX_UPLOADS_AT_ONCE } from "./limits.ts";

/**
 * Uploads of each account that are under way in this process. All of them were told of the same free bytes: a hundred at
 * once would fill the disk with what the quota refuses only at their end.
 */
export class UploadsAtOnce {
  readonly #running = new Map<string, number>();

  /**
   * Takes a place until the answer is sent or the client is gone.
   *
   * @returns false when the account has no place left
   */
  begin(ownerId: string, { res }: Request): boolean {
    const running = this.#running.get(ownerId) ?? 0;
    if (!(running < MAX_UPLOADS_AT_ONCE)) return false;
    // One that is gone already tells nobody of its end, and would hold its place for ever.
    if (res === undefined || res.closed) return false;
    this.#running.set(ownerId, running + 1);
    res.once("close", () => this.#end(ownerId));
    return true;
  }

  #end(ownerId: string): void {
    const left = (this.#running.get(ownerId) ?? 1) - 1;
    if (left > 0) this.#running.set(ownerId, left);
    else this.#running.delete(ownerId);
  }
}
