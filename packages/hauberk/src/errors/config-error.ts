import type { ConfigErrorCode } from "../internal/error-codes.ts";

/** What a configuration error says: what happened, why it matters, what to do. */
export interface ConfigProblem {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/**
 * Stops the start of an application whose configuration is wrong or would be unsafe.
 *
 * The message is the house format `[CODE] what / Why: / Fix:`; `code`, `why` and `fix` are also fields. Every code is
 * listed in docs/reference/errors.md.
 *
 * @example
 * try { hauberk(app, options); } catch (error) {
 *   if (error instanceof ConfigError) console.error(error.message);
 *   process.exit(1);
 * }
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly why: string;
  readonly fix: string;

  constructor(code: ConfigErrorCode, problem: ConfigProblem, options?: ErrorOptions) {
    super(`[${code}] ${problem.what}\n  Why: ${problem.why}\n  Fix: ${problem.fix}`, options);
    this.code = code;
    this.why = problem.why;
    this.fix = problem.fix;
  }
}
