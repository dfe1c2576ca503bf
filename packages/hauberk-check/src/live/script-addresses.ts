export interface ScriptAddresses {
  /** Paths that are asked with fetch, axios or jQuery. */
  readonly requests: readonly string[];
  /** Paths at which a WebSocket is opened. */
  readonly sockets: readonly string[];
}

const REQUEST =
  /\b(?:fetch|axios|get|getJSON|ajax)\(\s{0,4}(?:\{\s{0,4}url:\s{0,4})?["'`](\/(?!\/)[\w./-]{1,200})["'`?]/g;
const SOCKET = /\bWebSocket\(([^)\n]{1,200})/g;
const LITERAL = /["'`]([^"'`\n]{0,200})["'`]/g;

/**
 * Which paths of its own host a script names. Pure.
 *
 * Only what stands there as text: `fetch("/api/me")`, `new WebSocket("ws://" + location.host + "/feed")`.
 */
export function scriptAddresses(script: string, host: string): ScriptAddresses {
  return {
    requests: unique([...script.matchAll(REQUEST)].map((match) => match[1])),
    sockets: unique([...script.matchAll(SOCKET)].map((match) => socketPath(match[1] ?? "", host))),
  };
}

/** `undefined` for a socket of another host. */
function socketPath(argument: string, host: string): string | undefined {
  const written = [...argument.matchAll(LITERAL)]
    .map((match) => match[1] ?? "")
    .join("")
    .replaceAll(/\$\{[^{}]{0,100}\}/g, "")
    .replace(/^(?:wss?|https?)?:?\/\//, "");
  const at = written.indexOf("/");
  const [named, path] = at === -1 ? [written, "/"] : [written.slice(0, at), written.slice(at)];
  if (named !== "" && named !== host) return undefined;
  return /^\/[\w./-]*/.exec(path)?.[0];
}

const unique = (all: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(all.filter((one) => one !== undefined)),
];
