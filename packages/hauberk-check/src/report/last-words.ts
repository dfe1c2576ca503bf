const SAYS_WHY =
  /error|exception|EADDRINUSE|cannot|can't|missing|required|must|not (?:set|found|defined)|undefined|invalid/i;
const MAX_LENGTH = 200;

/** Stack frames, advice, and what npm adds below the app's own message. */
const IS_BESIDE = /^(?:at |Why:|Fix:|npm err|node:|Node\.js v)/i;

/** The line in which a process says why it failed, safe to repeat; "" when it says nothing of the kind. */
export function lastWords(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !IS_BESIDE.test(line));
  return withoutSecrets(lines.findLast((line) => SAYS_WHY.test(line)) ?? "").slice(0, MAX_LENGTH);
}

/** Messages may quote connection strings, and the very setting they complain about. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(\w:\/\/)[^/\s@]*@/g, "$1***@")
    .replace(
      /\b([\w-]*(?:secret|password|passwd|token|api[-_]?key|private[-_]?key)[\w-]*["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;]+)/gi,
      "$1***",
    );
}
