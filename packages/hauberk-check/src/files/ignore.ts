/** A matcher for the plain part of .gitignore: names, folders, `*` and `**`; a negated name is never ignored. */
export function parseIgnore(text: string): (path: string, isFolder: boolean) => boolean {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const patterns = lines.filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("!"));
  const negated = lines.some((line) => line.startsWith("!"));
  const compiled = patterns.map((pattern) => compile(pattern, negated)).filter((one) => one !== undefined);
  return (path, isFolder) =>
    compiled.some((one) => (isFolder || !one.folderOnly) && one.expression.test(path));
}

function compile(pattern: string, negated: boolean): { expression: RegExp; folderOnly: boolean } | undefined {
  const folderOnly = pattern.endsWith("/");
  const bare = pattern.replace(/^\/|\/$/g, "");
  // "*" followed by "!src" means "only src": reading half of that would hide the whole project.
  if (negated && /^[*/.]+$/.test(bare)) return undefined;
  const anchored = pattern.startsWith("/") || bare.includes("/");
  const body = bare
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/\*\*\/?|\*|\?/g, (glob) => (glob === "*" ? "[^/]*" : glob === "?" ? "[^/]" : ".*"));
  try {
    return { expression: new RegExp(`${anchored ? "^" : "(?:^|/)"}${body}$`), folderOnly };
  } catch {
    return undefined;
  }
}
