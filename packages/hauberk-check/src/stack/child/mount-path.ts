/** What Express 4 makes of a mount path: the text, a parameter for each `(?:\/([^/]+?))`, and this end. */
const END = String.raw`\/?(?=\/|$)`;
const PARAMETER = String.raw`(?:\/([^/]+?))`;

interface Key {
  readonly name: string | number;
}

/**
 * The path that a layer of Express 4 was mounted with, read back from the expression that is all the layer keeps;
 * `undefined` where the person wrote an expression, a list or a pattern. Pure.
 */
export function mountPathOf(source: string, keys: readonly Key[]): string | undefined {
  if (!source.startsWith("^") || !source.endsWith(END)) return undefined;
  const names = keys.map((key) => key.name);
  const parts = source.slice(1, -END.length).split(PARAMETER);
  if (parts.length !== names.length + 1 || !parts.every(isText)) return undefined;
  return parts
    .map((part, i) => `${unescaped(part)}${i < names.length ? `/:${String(names[i])}` : ""}`)
    .join("");
}

/** Path segments without anything that means more than itself. */
const isText = (part: string): boolean => /^(?:\\[/.-]|[\w~%@ -])*$/.test(part);
const unescaped = (part: string): string => part.replace(/\\(.)/g, "$1");
