/** A line that gives something of this name a value holds a secret, whatever rule the frame around it is for. */
const NAMES_ONE =
  /(?:secret|passw(?:or)?d|private_?key|api_?key|\bkeys)\w*["']?\s*[:=]|:\/\/[^\s/:]+:[^\s/@]+@/i;

/** Reports travel further than the source: secrets in the lines they show stay behind. */
export function hideSecrets(rule: string, text: string): string {
  const isAboutSecrets = /secret|private-key|dotenv/.test(rule);
  return text
    .split("\n")
    .map((line) => (isAboutSecrets || NAMES_ONE.test(line) ? hide(line) : line))
    .join("\n");
}

function hide(line: string): string {
  return line
    .replace(/(["'`])(?:(?!\1)[^\\]|\\.){3,}\1/g, "$1***$1")
    .replace(/^([ \t]*(?:export[ \t]+)?[A-Z0-9_]+[ \t]*=[ \t]*)[^\s"'`].*$/, "$1***");
}
