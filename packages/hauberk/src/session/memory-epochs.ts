import type { SessionRecord } from "./record.ts";

/** As many users whose sessions ended last are remembered: 11 MB with the longest ids, 1.5 MB with usual ones. */
const MAX_USERS = 10_000;

/**
 * The epochs of users whose sessions ended all at once, for a store that deletes those sessions itself at that moment.
 * What is left to refuse is a login under way, which read the epoch before and stores its session afterwards.
 *
 * The users who ended longest ago are forgotten. From then on everybody who is not remembered is at the latest epoch that
 * was forgotten: a login that began before that is refused, whoever it is for, and succeeds when it is tried again.
 */
export class UserEpochs {
  readonly #ended = new Map<string, number>();
  /** Goes on where it stopped: a walk from the start passes all that were deleted before. */
  readonly #oldest = this.#ended.entries();
  #forgotten = 0;

  of(userId: string): number {
    return this.#ended.get(userId) ?? this.#forgotten;
  }

  end(userId: string, nowMs: number): void {
    const next = Math.max(nowMs, this.of(userId) + 1);
    this.#ended.delete(userId);
    this.#ended.set(userId, next);
    if (this.#ended.size > MAX_USERS) this.#forgetOldest();
  }

  /** Whether a session that is about to be stored was over before it began. */
  refuses({ userId, userEpoch }: SessionRecord): boolean {
    return userId !== undefined && userEpoch < this.of(userId);
  }

  #forgetOldest(): void {
    const { value } = this.#oldest.next();
    if (value === undefined) return;
    const [userId, epoch] = value;
    this.#ended.delete(userId);
    this.#forgotten = Math.max(this.#forgotten, epoch);
  }
}
