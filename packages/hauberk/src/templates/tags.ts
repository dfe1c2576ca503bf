/** The start tag of a `<script>` or `<style>`, as it is written in a text. */
export interface Tag {
  readonly name: string;
  readonly start: number;
  /** Behind its `>`. */
  readonly end: number;
}

/**
 * The next `<script>` or `<style>` from a place on. `>` within quotes does not end it; one that never ends is none, and
 * neither is anything after it. Every character is read once. Pure.
 */
export function nextTag(text: string, from: number): Tag | undefined {
  const start = /<(script|style)(?=[\s/>])/gi;
  start.lastIndex = from;
  const found = start.exec(text);
  if (found === null) return undefined;
  const end = endOfTag(text, start.lastIndex);
  return end === undefined ? undefined : { name: found[1] ?? "", start: found.index, end };
}

function endOfTag(text: string, from: number): number | undefined {
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === ">") return at + 1;
    else if (character === '"' || character === "'") quote = character;
  }
  return undefined;
}
