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
    if (isMarked)
      out.push(
        mark(
          `  ${" ".repeat(width)} | ${source === raw ? underline(source, place) : "^".repeat(source.trimEnd().length)}`,
        ),
      );
  }
  return out.join("\n");
}

function underline(line: string, place: Place): string {
  const start = Math.min(place.column, line.length + 1);
  const end = place.endLine === place.line ? Math.min(place.endColumn, line.length + 1) : line.length + 1;
  return " ".repeat(start - 1) + "^".repeat(Math.max(1, end - start));
}

const shorten = (line: string): string =>
  (line.length > 160 ? `${line.slice(0, 157)}...` : line).replace(/\t/g, " ");
