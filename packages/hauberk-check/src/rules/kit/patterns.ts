/** The text as a part of a pattern: what the project under check names something may mean something there. */
export const escapeForPattern = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const MEMBER = /(?:\?\.)?\[\s*["']([\w$]+)["']\s*\]|\??\.([\w$]+)/g;

/** A pattern for the text of a value that finds every way to write it: `q.a`, `q?.a`, `q["a"]`. */
export function accessPattern(text: string): string {
  let pattern = "";
  let at = 0;
  for (const match of text.matchAll(MEMBER)) {
    const name = escapeForPattern(match[1] ?? match[2] ?? "");
    pattern += escapeForPattern(text.slice(at, match.index));
    pattern += String.raw`(?:\??\.${name}|(?:\?\.)?\[["']${name}["']\])`;
    at = match.index + match[0].length;
  }
  return pattern + escapeForPattern(text.slice(at));
}
