import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, type CheckOptions } from "../check.ts";
import { discover } from "../files/discover.ts";
import { overlay, type ProjectFiles } from "../files/project-files.ts";
import type { Finding, Report } from "../report/finding.ts";
import type { Edit } from "../rules/rule.ts";

/**
 * Makes the edits that findings offer, one finding at a time. Each is tried in memory first and kept only when the same
 * rules, run again, no longer report it and report nothing new.
 */
export async function fixAll(
  report: Report,
  options: CheckOptions,
  files: ProjectFiles,
  say: (text: string) => void,
): Promise<Report> {
  const texts = new Map<string, string>();
  let current = report;
  let fixed = 0;
  for (let round = 0; round < 50; round += 1) {
    const tried = await firstThatHolds(current, options, files, texts);
    if (tried === undefined) break;
    for (const [path, text] of tried.texts) texts.set(path, text);
    current = tried.report;
    fixed += 1;
    say(`hauberk-check: fixed ${tried.finding.rule} in ${tried.finding.place?.file ?? ""}\n`);
  }
  const failed = [...texts].filter(([path, text]) => !isWritten(join(files.root, path), text, say));
  say(`hauberk-check: ${String(fixed)} fixed, ${String(texts.size - failed.length)} files written\n`);
  // What could not be written is as it was: the finding stands.
  return failed.length === 0 ? current : check({ ...options, files: discover(files.root) });
}

function isWritten(path: string, text: string, say: (text: string) => void): boolean {
  try {
    writeFileSync(path, text);
    return true;
  } catch (error) {
    say(
      `hauberk-check: ${path} cannot be written: ${error instanceof Error ? error.message : "it failed"}\n`,
    );
    return false;
  }
}

interface Tried {
  readonly finding: Finding;
  readonly report: Report;
  readonly texts: ReadonlyMap<string, string>;
}

async function firstThatHolds(
  report: Report,
  options: CheckOptions,
  files: ProjectFiles,
  texts: ReadonlyMap<string, string>,
): Promise<Tried | undefined> {
  for (const finding of report.findings) {
    if (finding.edits.length === 0) continue;
    const edited = applyEdits(finding.edits, (path) => texts.get(path) ?? files.read(path));
    if (edited === undefined) continue;
    const next = await check({ ...options, files: overlay(files, new Map([...texts, ...edited])) });
    if (next.findings.length < report.findings.length && !bringsNew(report, next))
      return { finding, report: next, texts: edited };
  }
  return undefined;
}

function bringsNew(before: Report, after: Report): boolean {
  return after.findings.some((one) => count(after, one.rule) > count(before, one.rule));
}

const count = (report: Report, rule: string): number =>
  report.findings.filter((one) => one.rule === rule).length;

/** The edited texts, or `undefined` when edits overlap or a file is gone. */
function applyEdits(
  edits: readonly Edit[],
  read: (path: string) => string | undefined,
): ReadonlyMap<string, string> | undefined {
  const result = new Map<string, string>();
  const ordered = edits.toSorted((a, b) => b.start - a.start);
  for (const [i, edit] of ordered.entries()) {
    const below = ordered.slice(0, i).find((one) => one.file === edit.file && one.start < edit.end);
    const text = result.get(edit.file) ?? read(edit.file);
    if (below !== undefined || text === undefined) return undefined;
    result.set(edit.file, text.slice(0, edit.start) + edit.text + text.slice(edit.end));
  }
  return result;
}
