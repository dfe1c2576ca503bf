import { SEVERITIES, type Severity } from "../rules/rule.ts";

export const FORMATS: readonly ["pretty", "json", "sarif", "github", "html"] = [
  "pretty",
  "json",
  "sarif",
  "github",
  "html",
];
export type Format = (typeof FORMATS)[number];

/** A command line that the person has to mend. */
export class UsageError extends Error {}

export function listOf(values: readonly string[] | undefined): readonly string[] {
  return (values ?? [])
    .flatMap((one) => one.split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** An unset variable in a script gives `--start ""`: that lens would be left out without a word. */
export function refuseEmpty(values: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(values))
    if (value?.trim() === "") throw new UsageError(`${option} is empty`);
}

export function levelOf(option: string, value: string): Severity {
  const found = SEVERITIES.find((one) => one === value);
  if (found === undefined) throw new UsageError(`${option} is "${value}"; it takes ${SEVERITIES.join(", ")}`);
  return found;
}

export function formatOf(value: string): Format {
  const found = FORMATS.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--format is "${value}"; it takes ${FORMATS.join(", ")}`);
  return found;
}

export function secondsOf(value: string): number {
  const seconds = Number(value);
  if (!(seconds > 0 && seconds <= 600))
    throw new UsageError(`--timeout is "${value}"; it takes seconds, up to 600`);
  return seconds;
}
