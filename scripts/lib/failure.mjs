// @ts-check

/** A reason to stop that the user can act on. Printed as `[CODE] what / Why / Fix`, without a stack. */
export class Failure extends Error {
  /**
   * @param {string} code
   * @param {{ what: string, why: string, fix: string, output?: string, exitCode?: number }} parts
   *   `output` is what a failed program printed; it is shown above the message.
   */
  constructor(code, { what, why, fix, output = "", exitCode = 1 }) {
    super(what);
    this.name = "Failure";
    this.code = code;
    this.why = why;
    this.fix = fix;
    this.output = output;
    this.exitCode = exitCode;
  }

  /** @returns {string} */
  format() {
    const output = this.output.trim();
    const lines = [`[${this.code}] ${this.message}`, `  Why: ${this.why}`, `  Fix: ${this.fix}`];
    return [...(output === "" ? [] : [output, ""]), ...lines].join("\n");
  }
}

/**
 * Runs an entry point: its result is the exit code, a `Failure` is explained, anything else is a bug and keeps its stack.
 * @param {() => Promise<number>} run
 * @returns {Promise<void>}
 */
export async function exitWith(run) {
  try {
    process.exitCode = await run();
  } catch (error) {
    console.error(error instanceof Failure ? error.format() : error);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}
