/** After this many failures in a row the store is left alone. */
const FAILURES = 5;

/** How long it is left alone before one call tries again: recovery is noticed within this and one deadline. */
const PAUSE_MS = 500;

/**
 * Decides whether a store that keeps failing is asked at all.
 *
 * While it hangs, every request would wait for the deadline and hold its memory: a thousand a second are 500 waiting.
 */
export class Breaker {
  readonly #nowMs: () => number;
  #failures = 0;
  #openUntilMs = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** False while the store is left alone; when the pause is over, the first caller is the probe. */
  admits(): boolean {
    if (this.#failures < FAILURES) return true;
    if (this.#nowMs() < this.#openUntilMs) return false;
    this.#openUntilMs = this.#nowMs() + PAUSE_MS;
    return true;
  }

  /** Returns true when this ends an outage. */
  succeed(): boolean {
    const recovered = this.#failures >= FAILURES;
    this.#failures = 0;
    return recovered;
  }

  fail(): void {
    this.#failures++;
    if (this.#failures >= FAILURES) this.#openUntilMs = this.#nowMs() + PAUSE_MS;
  }
}
