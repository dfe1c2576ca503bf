import { MARK } from "../files/glance.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import {
  isAuxiliary,
  isDatabaseFile,
  isDeployment,
  isPage,
  isSource,
  isTemplate,
  isTestOrBuild,
} from "../files/kinds.ts";

/** `hauberk-check-ignore rule-id -- reason (expires 2027-01-31)`, in a comment of any language. */
export interface Suppression {
  readonly file: string;
  readonly line: number;
  readonly rules: readonly string[];
  readonly reason: string;
  readonly expires: string | undefined;
  /** Why it cannot be understood, and so suppresses nothing. */
  readonly fault: string | undefined;
  /** Lines whose findings it answers for: its own, or the next one with code. */
  readonly lines: readonly number[];
}

const MAX_LENGTH = 1_000;
const START = String.raw`(?:\/\/-?|\/\*+|#|<!--|<%#|\{\{!(?:--)?|\{#)\s*hauberk-check-ignore(?![\w-])`;
/** A comment that means to suppress something, whether or not it says so rightly. */
const MEANT = new RegExp(START);
const SYNTAX = new RegExp(
  String.raw`${START}\s+([\w/*-]+(?:\s*,\s*[\w/*-]+)*)(?:\s+--\s*(.*?))?\s*(?:\*\/\}?|-->|%>|(?:--)?\}\}|#\})?\s*$`,
);
export function suppressionsIn(files: ProjectFiles, paths: Iterable<string>): readonly Suppression[] {
  return [...new Set(paths)].flatMap((path) => {
    if (
      ![isSource, isTemplate, isPage, isDeployment, isDatabaseFile].some((is) => is(path)) ||
      isTestOrBuild(path) ||
      isAuxiliary(path)
    )
      return [];
    if (files.glance?.(path)?.hasMark === false) return [];
    const text = files.read(path);
    return text === undefined || !text.includes(MARK) ? [] : readFile(path, text);
  });
}

function readFile(file: string, text: string): readonly Suppression[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, i) => {
    // Nobody writes longer ones, and what is made to be slow is.
    const comment = line.slice(0, MAX_LENGTH);
    if (!MEANT.test(comment)) return [];
    return [{ file, line: i + 1, lines: targets(lines, i), ...saidIn(comment) }];
  });
}

function saidIn(line: string): Pick<Suppression, "rules" | "reason" | "expires" | "fault"> {
  const match = SYNTAX.exec(line);
  if (match === null)
    return { rules: [], reason: "", expires: undefined, fault: "It does not say which rule" };
  const text = match[2] ?? "";
  const { date, rest } = dateIn(text);
  return {
    rules: (match[1] ?? "").split(",").map((rule) => rule.trim()),
    reason: rest,
    expires: date,
    fault:
      date === undefined || isDate(date)
        ? undefined
        : `Its date is ${JSON.stringify(date)}, not one such as 2027-01-31`,
  };
}

/** Takes `(expires 2027-01-31)` out of a reason. Whatever stands there: what is no date must not mean "for ever". */
function dateIn(text: string): { readonly date: string | undefined; readonly rest: string } {
  const start = text.search(/\(expires?\b/i);
  const end = start === -1 ? -1 : text.indexOf(")", start);
  if (end === -1) return { date: start === -1 ? undefined : text.slice(start), rest: text.trim() };
  const date = text
    .slice(start, end)
    .replace(/^\(expires?:?/i, "")
    .trim();
  return { date, rest: (text.slice(0, start) + text.slice(end + 1)).trim() };
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // 2027-02-30 is read as a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function targets(lines: readonly string[], at: number): readonly number[] {
  const own = lines[at] ?? "";
  const isAlone = /^\s*(?:\/\/|\/\*|#|<!--|<%#|\{\{!|\{#)/.test(own);
  if (!isAlone) return [at + 1];
  let next = at + 1;
  while (next < lines.length && /^\s*(?:\/\/|\/\*|#|$)/.test(lines[next] ?? "")) next += 1;
  return [at + 1, next + 1];
}
