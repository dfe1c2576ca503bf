import type { Place } from "../rules/rule.ts";
import type { Hide } from "./hide.ts";

/** The lines around a place, the marked part underlined. */
export function codeFrame(
  text: string,
  place: Place,
  mark: (line: string) => string = (line) => line,
  hide: Hide = (line) => line,
): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, place.line - 1);
  const last = Math.min(lines.length, place.line + 1);
  const width = String(last).length;
  const out: string[] = [];
  for (let at = first; at <= last; at += 1) {
    const raw = shorten(lines[at - 1] ?? "");
    const source = hide(raw);
    const isMarked = at === place.line;
    const row = `${isMarked ? ">" : " "} ${String(at).padStart(width)} | ${source}`;
    out.push(isMarked ? mark(row) : row);
    if (isMarked) out.push(mark(`  ${" ".repeat(width)} | ${underline(raw, source, place)}`));
  }
  return out.join("\n");
}

/** What the place covers of the line as it was read, drawn below the line as it is shown. */
function underline(raw: string, shown: string, place: Place): string {
  const end = place.endLine === place.line ? place.endColumn - 1 : raw.length;
  const from = shownAt(raw, shown, place.column - 1);
  return " ".repeat(from) + "^".repeat(Math.max(1, shownAt(raw, shown, end) - from));
}

/** Where a column of the line stands once part of it is hidden; what lies in that part moves to its end, so no length is told. */
function shownAt(raw: string, shown: string, column: number): number {
  const most = Math.min(raw.length, shown.length);
  let head = 0;
  while (head < most && raw[head] === shown[head]) head += 1;
  let tail = 0;
  while (tail < most - head && raw.at(-1 - tail) === shown.at(-1 - tail)) tail += 1;
  if (column <= head) return column;
  return Math.max(head, shown.length - tail, shown.length - raw.length + Math.min(column, raw.length));
}

const shorten = (line: string): string =>
  (line.length > 160 ? `${line.slice(0, 157)}...` : line).replace(/\t/g, " ");
