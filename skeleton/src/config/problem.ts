/** One thing wrong with the settings, in the words the operator reads. */
export interface SettingProblem {
  readonly code:
    | "SETTING_INVALID"
    | "SETTING_MISSING"
    | "SETTING_UNKNOWN"
    | "SETTINGS_UNREADABLE"
    | "DATA_UNUSABLE"
    | "STORE_UNREACHABLE"
    | "METRICS_UNAVAILABLE";
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Thrown at start with everything that is wrong with the settings, so that it can be corrected in one go. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

function formatProblem(problem: SettingProblem): string {
  return `[${problem.code}] ${problem.what}\n  Why: ${problem.why}\n  Fix: ${problem.fix}`;
}

/** Shows a rejected value in an error message: one line, printable, not endless. */
export function shown(value: string): string {
  const MAX_SHOWN = 60;
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
}
