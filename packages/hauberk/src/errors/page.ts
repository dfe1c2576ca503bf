import { STATUS_CODES } from "node:http";

/** All that an error page may be made of. */
export interface ErrorPageFacts {
  readonly status: number;
  readonly code: string;
  /** The standard phrase of the status, such as "Not Found". */
  readonly title: string;
  /** Names the log line with the reason; safe to show. */
  readonly requestId: string;
}

export function titleOf(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}

/** The JSON form, RFC 9457. `type` is left at its default: the code says which problem it is. */
export function problemJson(facts: ErrorPageFacts): string {
  return JSON.stringify({ type: "about:blank", ...facts });
}

/**
 * True for somebody who asked for a page, and not for JSON rather. `curl` and `fetch` ask for anything and get JSON.
 * @see RFC 9110 section 12.5.1
 */
export function wantsHtml(accept = ""): boolean {
  const weights = new Map<string, number>();
  for (const range of accept.toLowerCase().split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    weights.set(type, weightOf(parameters));
  }
  const html = weights.get("text/html") ?? 0;
  const json = Math.max(weights.get("application/json") ?? 0, weights.get("application/problem+json") ?? 0);
  return html > 0 && html >= json;
}

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  return given === undefined ? 1 : Number(given.slice(2)) || 0;
}

/**
 * The page without any help from the application. It holds nothing a client sent: no path, no message, no stack.
 *
 * @param nonce of the answer's Content Security Policy, for the one style element
 */
export function neutralPage(facts: ErrorPageFacts, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${facts.status} ${facts.title}</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 20vh auto 0; max-width: 32rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
p { opacity: 0.75; }
</style>
</head>
<body>
<main>
<h1>${facts.status} ${facts.title}</h1>
<p>Request ${facts.requestId}</p>
</main>
</body>
</html>
`;
}
