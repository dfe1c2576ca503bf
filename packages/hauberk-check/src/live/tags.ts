/** One opening tag of a page. */
export interface Tag {
  /** Its attributes, as they are written. */
  readonly head: string;
  /** Offset behind the tag. */
  readonly end: number;
}

const MAX_TAG = 2_000;

/** The opening tags with one of these names, in order. Each character is looked at a fixed number of times. */
export function tagsIn(html: string, names: readonly string[]): readonly Tag[] {
  const found: Tag[] = [];
  let close = -1;
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", at + 1)) {
    const name = names.find((one) => isNamed(html, at + 1, one));
    if (name === undefined) continue;
    const start = at + 1 + name.length;
    // Kept from tag to tag: "<a <a <a" with one ">" far behind would else be searched to its end each time.
    if (close < start) close = html.indexOf(">", start);
    if (close === -1) break;
    if (close - start <= MAX_TAG) found.push({ head: html.slice(start, close), end: close + 1 });
  }
  return found;
}

function isNamed(html: string, at: number, name: string): boolean {
  return (
    html.slice(at, at + name.length).toLowerCase() === name && /^[\s/>]/.test(html.charAt(at + name.length))
  );
}
