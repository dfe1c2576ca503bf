import assert from "node:assert/strict";
import { checkApp } from "../check-app.ts";
import { check, type CheckOptions } from "../check.ts";
import { pretty } from "../report/pretty.ts";
import { SEVERITIES, type Severity } from "../rules/rule.ts";
import { discover } from "../files/discover.ts";
import { hasApp, lensFailed, type Report } from "../report/finding.ts";

export interface SecureOptions extends CheckOptions {
  /** Findings below this level do not fail the test. @default "low" */
  readonly failOn?: Severity;
}

/**
 * Fails, with the report as its message, when the checker finds something in a project.
 *
 * Works with every runner that takes a thrown error for a failure: node:test, vitest, jest.
 *
 * @example
 * test("the app follows the rules", () => assertSecure({ folder: "." }));
 */
export async function assertSecure(options: SecureOptions = {}): Promise<void> {
  const folder = options.folder ?? ".";
  const report = await check(options);
  fail(report, options.files ?? discover(folder), options.failOn ?? "low");
}

/** The same for an app that is at hand, as it will run. */
export async function assertSecureApp(app: unknown, options: SecureOptions = {}): Promise<void> {
  const folder = options.folder ?? ".";
  fail(await checkApp(app, options), options.files ?? discover(folder), options.failOn ?? "low");
}

function fail(report: Report, files: Parameters<typeof pretty>[1], failOn: Severity): void {
  const limit = SEVERITIES.indexOf(failOn);
  const findings = report.findings.filter((one) => SEVERITIES.indexOf(one.severity) <= limit);
  const ok = findings.length === 0 && hasApp(report) && !lensFailed(report);
  if (!ok) assert.fail(`\n${pretty({ ...report, findings }, files, false)}`);
}
