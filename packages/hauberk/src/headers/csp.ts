import { ConfigError } from "../errors/config-error.ts";
import { isPlainObject, nearestOf, readOptions, received, wrongType } from "../internal/options.ts";
import { problemOfSource } from "./csp-source.ts";

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
  "require-trusted-types-for",
  "trusted-types",
] as const;

/** Where a directive that is not given gets its sources from. */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  "script-src-elem": ["script-src"],
  "script-src-attr": ["script-src"],
  "style-src-elem": ["style-src"],
  "style-src-attr": ["style-src"],
  "worker-src": ["child-src", "script-src"],
  "frame-src": ["child-src"],
};

/** These mean something else than "the default sources" when they are not given. */
const WITHOUT_FALLBACK = new Set([
  "base-uri",
  "form-action",
  "frame-ancestors",
  "sandbox",
  "require-trusted-types-for",
  "trusted-types",
]);

/** A policy as it will be sent, with `NONCE` still in it. */
export type Csp = ReadonlyMap<string, readonly string[]>;

/**
 * Builds a policy from a base and changes to it: first `replace`, then `add`, then `remove`.
 *
 * @param missing What to do about a removal that takes nothing away: a mistake, unless a route's policy has it gone already.
 *
 * @throws {ConfigError} `CSP_INVALID`
 */
export function buildCsp(
  input: unknown,
  call: string,
  base: Csp = defaultCsp(),
  missing: "refuse" | "ignore" = "refuse",
): Csp {
  const options = readOptions(input, ["add", "remove", "replace"], { call, path: "csp" });
  const merged = new Map(base);
  for (const [name, sources] of readDirectives(options["replace"], `${call}: csp.replace`))
    merged.set(name, sources.length === 0 ? nothingOf(name, `${call}: csp.replace`) : sources);
  for (const [name, sources] of readDirectives(options["add"], `${call}: csp.add`))
    merged.set(name, [...new Set([...sourcesOf(merged, name), ...sources])]);
  for (const [name, sources] of readDirectives(options["remove"], `${call}: csp.remove`))
    merged.set(
      name,
      without(name, merged.get(name) ?? [], sources, `${call}: csp.remove["${name}"]`, missing),
    );
  for (const [name, sources] of merged) assertNoneIsAlone(name, sources, call, options);
  return merged;
}

function defaultCsp(): Csp {
  return new Map(Object.entries(DEFAULT_CSP));
}

/** The policy as text; `upgrade-insecure-requests` is added for https by build.ts. */
export function printCsp(csp: Csp): string {
  return [...csp].map(([name, sources]) => [name, ...sources].join(" ")).join("; ");
}

/** True for a directive that a policy may have. */
function isDirective(name: string): boolean {
  return DIRECTIVES.some((known) => known === name);
}

/** True when a list of sources lets another source pass already: itself, its scheme, or its host by a wildcard. */
export function allowsSource(sources: readonly string[], source: string): boolean {
  const [, scheme = "", host = ""] = /^([a-z][a-z0-9+.-]*:)(?:\/\/(.+))?$/i.exec(source) ?? [];
  return sources.some((each) => {
    if (
      each === source ||
      each === scheme ||
      each === host ||
      (each === "*" && /^(?:https?|wss?):$/.test(scheme))
    )
      return true;
    const suffix = /^(?:https:\/\/)?\*(\..+)$/.exec(each)?.[1];
    return suffix !== undefined && scheme === "https:" && host.endsWith(suffix);
  });
}

/** What a directive allows, also when it is not given itself. */
export function sourcesOf(csp: Csp, name: string): readonly string[] {
  const fallbacks = WITHOUT_FALLBACK.has(name) ? [] : [...(FALLBACKS[name] ?? []), "default-src"];
  const found = [name, ...fallbacks].find((each) => csp.has(each));
  const sources = found === undefined ? [] : (csp.get(found) ?? []);
  return sources.filter((source) => source !== "'none'");
}

function without(
  name: string,
  sources: readonly string[],
  taken: readonly string[],
  place: string,
  missing: "refuse" | "ignore",
): readonly string[] {
  const absent = taken.find((source) => !sources.includes(source));
  if (missing === "refuse" && (absent !== undefined || taken.length === 0))
    throw invalid(
      place,
      `${received(absent)} takes nothing away`,
      `it has ${sources.join(" ") || "no sources"}.`,
    );
  const left = sources.filter((source) => !taken.includes(source));
  return left.length === 0 ? nothingOf(name, place) : left;
}

/** The strictest value: a sandbox has no words then, and Trusted Types that are required for nothing are not required. */
function nothingOf(name: string, place: string): readonly string[] {
  if (name === "require-trusted-types-for")
    throw invalid(place, `${name} without a value switches it off`, "leave it out where it is not wanted.");
  return name === "sandbox" ? [] : ["'none'"];
}

/** Browsers ignore 'none' when anything stands beside it. */
function assertNoneIsAlone(
  name: string,
  sources: readonly string[],
  call: string,
  options: Readonly<Record<string, unknown>>,
): void {
  if (sources.length === 1 || !sources.includes("'none'")) return;
  const step = options["add"] === undefined ? "replace" : "add";
  throw invalid(
    `${call}: csp.${step}["${name}"]`,
    "'none' beside other sources means nothing",
    "keep one of the two.",
  );
}

function readDirectives(value: unknown, place: string): readonly (readonly [string, readonly string[]])[] {
  if (value === undefined) return [];
  if (!isPlainObject(value)) throw wrongType(value, "an object of directives", { call: place });
  return Object.entries(value).map(([name, sources]) => {
    if (!isDirective(name)) throw invalid(place, `${received(name)} is not a directive`, hintFor(name));
    if (!Array.isArray(sources))
      throw invalid(place, `${name} is ${received(sources)}`, "use an array, for example [\"'self'\"].");
    return [name, sources.map((source: unknown) => readSource(name, source, `${place}["${name}"]`))];
  });
}

function hintFor(name: string): string {
  const nearest = nearestOf(name.replaceAll(/[A-Z]/g, "-$&"), DIRECTIVES) ?? nearestOf(name, DIRECTIVES);
  return nearest === undefined
    ? "see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy"
    : `did you mean "${nearest}"?`;
}

function readSource(directive: string, source: unknown, place: string): string {
  const problem = problemOfSource(directive, source);
  if (problem !== undefined) throw invalid(place, `${received(source)} ${problem.what}`, problem.fix);
  return String(source);
}

function invalid(place: string, what: string, fix: string): ConfigError {
  return new ConfigError("CSP_INVALID", {
    what: `${place}: ${what}.`,
    why: "browsers skip what they do not understand in a policy, without a word to you.",
    fix,
  });
}
