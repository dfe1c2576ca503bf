/** Enough for set-up code of any size seen; a loop that never ends stops here. */
const MAX_STEPS = 1_500_000;
/** For all parts of a project together: a thousand packages with such a loop would be read for an hour. */
const MAX_STEPS_OF_ALL = 20 * MAX_STEPS;

/** How many statements and expressions may be read. */
export class Budget {
  #left: number;
  #spent: number = 0;

  constructor(steps: number = MAX_STEPS) {
    this.#left = steps;
  }

  /** For each of so many parts: the same for all, so that what is found does not depend on which is read first. */
  static forEachOf(parts: number): Budget {
    return new Budget(Math.min(MAX_STEPS, Math.floor(MAX_STEPS_OF_ALL / parts)));
  }

  /** How many were taken. */
  get spent(): number {
    return this.#spent;
  }

  /** Takes one; `false` when none is left. */
  spend(): boolean {
    this.#spent += 1;
    this.#left -= 1;
    return this.#left >= 0;
  }
}
