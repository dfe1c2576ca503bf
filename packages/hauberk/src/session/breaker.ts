/** After this many failures in a row the store, or one session in it, is left alone. */
const FAILURES = 5;

/** How long it is left alone before one call tries again: recovery is noticed within this and one deadline. */
const PAUSE_MS = 500;

/**
 * Decides whether a store that keeps failing is asked at all.
 *
 * While it hangs, every request would wait for the deadline and hold its memory: a thousand a second are 500 waiting.
 * It counts as down when five different sessions or users failed in a row. One of them alone may be a row that nobody can
 * read: its owner, who reloads the page, would take everybody's sessions away.
 */
export class Breaker {
  readonly #nowMs: () => number;
  /** In a row, whoever's they were. */
  #failures = 0;
  /** Whose calls have failed since the last success; five at most. */
  readonly #failing = new Map<string, Pause>();
  #everybody = new Pause();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /**
   * False while the store, or what is asked for in it, is left alone; when the pause is over, the first caller is the probe.
   *
   * @param subject what the call is about: a session's key, a user, or the name of a call that is about none
   */
  admits(subject: string): boolean {
    if (this.#failures < FAILURES) return true;
    const pause = this.#isDown ? this.#everybody : this.#failing.get(subject);
    return pause === undefined || pause.admits(this.#nowMs());
  }

  /** Returns true when this ends an outage. */
  succeed(): boolean {
    const recovered = this.#failures >= FAILURES;
    if (this.#failures > 0) {
      this.#failures = 0;
      this.#failing.clear();
      this.#everybody = new Pause();
    }
    return recovered;
  }

  fail(subject: string): void {
    const nowMs = this.#nowMs();
    this.#failures++;
    if (!this.#isDown) {
      const pause = this.#failing.get(subject) ?? new Pause();
      this.#failing.set(subject, pause);
      pause.fail(nowMs);
    }
    if (this.#isDown) this.#everybody.begin(nowMs);
  }

  get #isDown(): boolean {
    return this.#failing.size >= FAILURES;
  }
}

/** The time in which one of them, or the whole store, is left alone. */
class Pause {
  #failures = 0;
  #untilMs: number | undefined = undefined;

  admits(nowMs: number): boolean {
    if (this.#untilMs === undefined) return true;
    if (nowMs < this.#untilMs) return false;
    this.begin(nowMs);
    return true;
  }

  begin(nowMs: number): void {
    this.#untilMs = nowMs + PAUSE_MS;
  }

  fail(nowMs: number): void {
    this.#failures++;
    if (this.#failures >= FAILURES) this.begin(nowMs);
  }
}
