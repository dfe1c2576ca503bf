/** Paths inside a project: relative to its root, forward slashes, the root itself is "". */
export function dirname(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function joinPath(folder: string, relative: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${relative}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** A text without the characters at its end that are among these. */
export function withoutTrailing(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** JSON as tsconfig writes it: comments and trailing commas allowed; `undefined` when it cannot be read. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parseLoose(text);
  }
}

function parseLoose(text: string): unknown {
  const bare = withoutComments(text).replace(/,(\s*[}\]])/g, "$1");
  try {
    return JSON.parse(bare) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads each character once: what never ends, a text or a comment, goes to the end of the file. */
function withoutComments(text: string): string {
  let kept = "";
  for (let at = 0; at < text.length;) {
    const end = endOfPart(text, at);
    if (text[at] !== "/" || end === at + 1) kept += text.slice(at, end);
    at = end;
  }
  return kept;
}

/** Behind the text, comment or single character that begins here. */
function endOfPart(text: string, at: number): number {
  const behind = (mark: string): number => {
    const found = text.indexOf(mark, at + 2);
    return found === -1 ? text.length : found;
  };
  if (text.startsWith("//", at)) return behind("\n");
  if (text.startsWith("/*", at)) return Math.min(behind("*/") + 2, text.length);
  if (text[at] !== '"') return at + 1;
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return end + 1;
}

export function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
