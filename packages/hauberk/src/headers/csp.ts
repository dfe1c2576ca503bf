import { ConfigError } from "../errors/config-error.ts";
import { isPlainObject, nearestOf, readOptions, received, wrongType } from "../internal/options.ts";

/** Sources by directive, such as `{ "img-src": ["'self'", "https://cdn.example"] }`. */
export type CspDirectives = Readonly<Record<string, readonly string[]>>;

export interface CspOptions {
  /** Sources added to what the default has. */
  readonly add?: CspDirectives;
  /** Sources taken away from the default. */
  readonly remove?: CspDirectives;
  /** Directives given anew. */
  readonly replace?: CspDirectives;
}

/** Stands for the nonce of one answer. */
export const NONCE = "'nonce'";

/**
 * Only scripts and styles that carry this answer's nonce, nothing framed, no plug-ins, no `<base>`.
 * `strict-dynamic` lets a trusted script load its own parts; 'self' is for browsers that do not know it.
 * @see https://www.w3.org/TR/CSP3/ ; OWASP ASVS 5.0 v5.0.0-3.4.3 and 3.4.6
 */
export const DEFAULT_CSP: CspDirectives = {
  "default-src": ["'self'"],
  "script-src": ["'self'", NONCE, "'strict-dynamic'"],
  "style-src": ["'self'", NONCE],
  "img-src": ["'self'", "data:"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};

const DIRECTIVES = [
  "default-src",
  "script-src",
  "script-src-elem",
  "script-src-attr",
  "style-src",
  "style-src-elem",
  "style-src-attr",
  "img-src",
  "font-src",
  "connect-src",
  "media-src",
  "object-src",
  "frame-src",
  "child-src",
  "worker-src",
  "manifest-src",
  "base-uri",
  "form-action",
  "frame-ancestors",
  "sandbox",
  "report-uri",
  "report-to",
  "require-trusted-types-for",
  "trusted-types",
] as const;

const KEYWORDS = [
  "self",
  "none",
  "nonce",
  "strict-dynamic",
  "report-sample",
  "wasm-unsafe-eval",
  "unsafe-hashes",
  "inline-speculation-rules",
  "script",
  "allow-duplicates",
] as const;

/** These turn the policy off: injected markup runs as if there were none. */
const REFUSED = /^'?(?:unsafe-inline|unsafe-eval)'?$/i;

/** Builds the text of the policy with `NONCE` still in it; `upgrade-insecure-requests` is added for https by build.ts. */
export function buildCsp(input: unknown, call: string): string {
  const options = readOptions(input, ["add", "remove", "replace"], { call, path: "csp" });
  const merged = new Map<string, readonly string[]>(Object.entries(DEFAULT_CSP));
  for (const [name, sources] of readDirectives(options["replace"], `${call}: csp.replace`))
    merged.set(name, sources);
  for (const [name, sources] of readDirectives(options["add"], `${call}: csp.add`)) {
    const before = (merged.get(name) ?? merged.get("default-src") ?? []).filter(
      (source) => source !== "'none'",
    );
    merged.set(name, [...new Set([...before, ...sources])]);
  }
  for (const [name, sources] of readDirectives(options["remove"], `${call}: csp.remove`)) {
    const left = (merged.get(name) ?? []).filter((source) => !sources.includes(source));
    merged.set(name, left.length === 0 ? ["'none'"] : left);
  }
  return [...merged].map(([name, sources]) => [name, ...sources].join(" ")).join("; ");
}

function readDirectives(value: unknown, place: string): readonly (readonly [string, readonly string[]])[] {
  if (value === undefined) return [];
  if (!isPlainObject(value)) throw wrongType(value, "an object of directives", { call: place });
  return Object.entries(value).map(([name, sources]) => {
    if (!DIRECTIVES.some((known) => known === name))
      throw invalid(place, `"${name}" is not a directive`, hintFor(name));
    if (!Array.isArray(sources))
      throw invalid(place, `${name} is ${received(sources)}`, "use an array, for example [\"'self'\"].");
    return [name, sources.map((source: unknown) => readSource(source, `${place}["${name}"]`))];
  });
}

function hintFor(name: string): string {
  const nearest = nearestOf(name, DIRECTIVES);
  return nearest === undefined
    ? "see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy"
    : `did you mean "${nearest}"?`;
}

function readSource(source: unknown, place: string): string {
  if (typeof source !== "string" || !/^[\x21-\x7e]+$/.test(source) || /[;,]/.test(source)) {
    throw invalid(
      place,
      `${received(source)} is not one source`,
      "one source a string: no spaces, no semicolon, no comma.",
    );
  }
  if (REFUSED.test(source)) {
    throw invalid(
      place,
      `${source} switches the protection off`,
      "give your own script or style the nonce: nonce=cspNonce.",
    );
  }
  const bare = source.replaceAll("'", "").toLowerCase();
  const isKeyword =
    KEYWORDS.some((keyword) => keyword === bare) || /^(?:nonce|sha256|sha384|sha512)-/.test(bare);
  if (isKeyword && !/^'.*'$/.test(source))
    throw invalid(place, `${source} lacks its quotes`, `write "'${source}'".`);
  return source;
}

function invalid(place: string, what: string, fix: string): ConfigError {
  return new ConfigError("CSP_INVALID", {
    what: `${place}: ${what}.`,
    why: "browsers skip what they do not understand in a policy, without a word to you.",
    fix,
  });
}
