/** A terminal narrower than this wraps by itself: with less there is a word in each line. */
const LEAST_COLUMNS = 40;

/**
 * Breaks a line at spaces so that it fits into a terminal; what follows is indented by `hang` columns. A word that is longer than
 * the terminal stays whole, so that it can be copied.
 */
export function wrap(line: string, columns: number, hang: number): string {
  if (columns < LEAST_COLUMNS || line.length <= columns) return line;
  const start = line.length - line.trimStart().length;
  const rows: string[] = [];
  let row = line.slice(0, start);
  let isEmpty = true;
  for (const word of line.slice(start).split(" ")) {
    const longer = isEmpty ? row + word : `${row} ${word}`;
    if (isEmpty || longer.length <= columns) row = longer;
    else {
      rows.push(row.trimEnd());
      row = " ".repeat(hang) + word;
    }
    isEmpty = false;
  }
  return [...rows, row].join("\n");
}
