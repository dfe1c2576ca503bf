import type { ProjectFiles } from "../files/project-files.ts";
import { isDeployment, isSource, isTemplate } from "../files/kinds.ts";

/** `hauberk-check-ignore rule-id -- reason (expires 2027-01-31)`, in a comment of any language. */
export interface Suppression {
  readonly file: string;
  readonly line: number;
  readonly rules: readonly string[];
  readonly reason: string;
  readonly expires: string | undefined;
  /** Lines whose findings it answers for: its own, or the next one with code. */
  readonly lines: readonly number[];
}

const MARK = "hauberk-check-ignore";
const SYNTAX =
  /(?:\/\/|\/\*|#|<!--|<%#|\{\{!|\{#)[^\n]*?hauberk-check-ignore\s+([\w/*-]+(?:\s*,\s*[\w/*-]+)*)(?:\s+--\s*(.*?))?\s*(?:\*\/|-->|%>|\}\}|#\})?\s*$/;
const EXPIRES = /\(expires\s+(\d{4}-\d{2}-\d{2})\)/;

export function suppressionsIn(files: ProjectFiles, paths: Iterable<string>): readonly Suppression[] {
  return [...new Set(paths)].flatMap((path) => {
    if (!isSource(path) && !isTemplate(path) && !isDeployment(path)) return [];
    const text = files.read(path);
    return text === undefined || !text.includes(MARK) ? [] : readFile(path, text);
  });
}

function readFile(file: string, text: string): readonly Suppression[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, i) => {
    if (!line.includes(MARK)) return [];
    const match = SYNTAX.exec(line);
    if (match === null) return [];
    const reason = (match[2] ?? "").replace(EXPIRES, "").trim();
    const rules = (match[1] ?? "").split(",").map((rule) => rule.trim());
    return [
      {
        file,
        line: i + 1,
        rules,
        reason,
        expires: EXPIRES.exec(match[2] ?? "")?.[1],
        lines: targets(lines, i),
      },
    ];
  });
}

function targets(lines: readonly string[], at: number): readonly number[] {
  const own = lines[at] ?? "";
  const isAlone = /^\s*(?:\/\/|\/\*|#|<!--|<%#|\{\{!|\{#)/.test(own);
  if (!isAlone) return [at + 1];
  let next = at + 1;
  while (next < lines.length && /^\s*(?:\/\/|\/\*|#|$)/.test(lines[next] ?? "")) next += 1;
  return [at + 1, next + 1];
}
