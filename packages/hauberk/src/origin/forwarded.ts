/** What one proxy wrote about the hop before it. */
export interface ForwardedElement {
  readonly for: string | undefined;
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PAIR = new RegExp(`[ \\t]*(${TOKEN})=(${TOKEN}|"(?:[^"\\\\]|\\\\[\\t -~])*")[ \\t]*([;,]|$)`, "y");

/**
 * Parses a `Forwarded` header, oldest hop first.
 *
 * The whole of it must be well-formed: a quote that a client left open would swallow what the proxy appended.
 *
 * @see RFC 7239 section 4
 * @returns undefined when it is malformed, or repeats a parameter within one element
 */
export function parseForwarded(text: string): readonly ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = [];
  let pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (;;) {
    const match = PAIR.exec(text);
    if (match === null) return undefined;
    const [, name = "", value = "", separator] = match;
    const key = name.toLowerCase();
    if (pairs.has(key)) return undefined;
    pairs.set(key, unquote(value));
    if (separator === ";") continue;
    elements.push({ for: pairs.get("for"), proto: pairs.get("proto"), host: pairs.get("host") });
    if (separator === "") return elements;
    pairs = new Map();
  }
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}
