import { allowsSource, printCsp, sourcesOf, type Csp } from "../csp.ts";
import { problemOfSource } from "../csp-source.ts";
import type { ReportKind } from "./store.ts";

/** One thing to do about what browsers reported. */
export interface Suggestion {
  /** What to do, in a sentence. */
  readonly words: string;
  /** The change of `headers.csp.add` that allows it, where a change of the policy is the answer. */
  readonly add: Readonly<Record<string, readonly string[]>> | undefined;
  readonly count: number;
  readonly pages: readonly string[];
}

/** What to do about one policy. */
export interface PolicyChange {
  /** Most frequent first. */
  readonly suggestions: readonly Suggestion[];
  /** All changes together, for `add` of the policy's options. */
  readonly add: Readonly<Record<string, readonly string[]>>;
  /** The directives that change, before and after, as a diff. */
  readonly diff: string;
}

/** What to do about the enforced policy, and beside it about the one on trial. */
export interface Proposal extends PolicyChange {
  readonly candidate: PolicyChange;
  /** Reports caused by browser extensions, which no policy should follow. */
  readonly noise: number;
}

/**
 * Proposes the smallest change of the policies that would have let pass what was reported. Pure.
 *
 * It never proposes what switches the protection off: for inline code it says how to change the page instead. What the
 * policy allows by now is left out. A report is a claim by whoever sent it, so read the proposal before you take it over.
 */
export function propose(kinds: readonly ReportKind[], enforced: Csp, candidate: Csp): Proposal {
  const violations = kinds.filter(({ type, noise }) => type === "csp-violation" && !noise);
  const of = (disposition: ReportKind["disposition"]): readonly ReportKind[] =>
    violations.filter((kind) => kind.disposition === disposition);
  const inForce = changeOf(of("enforce"), enforced, new Set());
  // What both block is said once: the candidate has the change of the enforced policy too.
  const said = new Set(inForce.suggestions.map(({ words }) => words));
  const onTrial = changeOf(of("report"), candidate, said);
  const noise = kinds.filter((kind) => kind.noise).reduce((sum, { count }) => sum + count, 0);
  return { ...inForce, candidate: onTrial, noise };
}

function changeOf(violations: readonly ReportKind[], csp: Csp, said: ReadonlySet<string>): PolicyChange {
  const suggestions = new Map<string, Suggestion>();
  for (const kind of violations) {
    const { words, add } = suggest(kind);
    if (said.has(words) || isAllowedByNow(add, csp)) continue;
    const before = suggestions.get(words);
    const pages = [...new Set([...(before?.pages ?? []), kind.page])];
    suggestions.set(words, { words, add, pages, count: (before?.count ?? 0) + kind.count });
  }
  const list = [...suggestions.values()].toSorted((a, b) => b.count - a.count);
  const add = merge(list);
  return { suggestions: list, add, diff: diffOf(csp, add) };
}

/** Reports stay after the policy was changed; following them twice would widen it for nothing. */
function isAllowedByNow(add: Suggestion["add"], csp: Csp): boolean {
  if (add === undefined) return false;
  return Object.entries(add).every(([name, sources]) =>
    sources.every((source) => allowsSource(sourcesOf(csp, name), source)),
  );
}

type Advice = Pick<Suggestion, "words" | "add">;

function suggest(kind: ReportKind): Advice {
  const { rule, blocked } = kind;
  const directive = rule.replace(/-(?:elem|attr)$/, "");
  const words = wordsFor(directive, kind);
  if (words !== undefined) return { words, add: undefined };
  if (blocked === "wasm-eval") return change("script-src", "'wasm-unsafe-eval'", "WebAssembly");
  const source = blocked.startsWith("/") ? "'self'" : blocked;
  // A word such as "https" would pass for the name of a host.
  const isPlace = blocked.startsWith("/") || /^[a-z][a-z0-9+.-]*:(?:\/\/|$)/i.test(blocked);
  if (isPlace && MAY_BE_WIDENED.has(directive) && problemOfSource(directive, source) === undefined)
    return change(directive, source, describe(blocked));
  return {
    words: `Look at ${rule} on the pages named: ${describe(blocked)} cannot be allowed without allowing everybody.`,
    add: undefined,
  };
}

/**
 * What a report may propose to widen. Browsers name the directive that would have allowed it: a report about `default-src`,
 * which would open everything without a directive of its own, or about `sandbox` was made up by somebody.
 */
const MAY_BE_WIDENED = new Set([
  "child-src",
  "connect-src",
  "font-src",
  "form-action",
  "frame-src",
  "img-src",
  "manifest-src",
  "media-src",
  "style-src",
  "worker-src",
]);

function change(directive: string, source: string, what: string): Advice {
  const isWayOut = source !== "'self'" && (directive === "form-action" || directive === "connect-src");
  const caution = isWayOut ? " Only if it is yours: what visitors type goes there." : "";
  return { words: `Allow ${what} in ${directive}: add ${source}.${caution}`, add: { [directive]: [source] } };
}

/** What to do where the page has to change and not the policy. */
function wordsFor(directive: string, { rule, blocked }: ReportKind): string | undefined {
  if (blocked === "inline") return wordsForInline(rule);
  if (blocked === "eval")
    return "Replace eval and new Function: a policy that allows them allows injected text to run.";
  if (blocked.startsWith("trusted-types") || rule.includes("trusted-types"))
    return "Hand the value to a Trusted Types policy before it is written into the page.";
  switch (directive) {
    case "script-src":
      if (blocked === "wasm-eval") return undefined;
      return `Give the script of ${describe(blocked)} the nonce (nonce=cspNonce), or load it from a script that has it; hosts do not count beside 'strict-dynamic'.`;
    case "base-uri":
      return "Take the <base> element out of the page, or find out who put it in: it changes where every relative address leads.";
    case "object-src":
      return "Replace the <object> or <embed> by an <img>, <video> or <iframe>: plug-in content runs with the page's rights.";
    case "frame-ancestors":
      return "Somebody shows this page in a frame. If that is meant, name their origin in frame-ancestors; if not, it was rightly blocked.";
    default:
      return undefined;
  }
}

function wordsForInline(rule: string): string {
  switch (rule) {
    case "script-src-attr":
      return "Replace inline event handlers (onclick and the like) by addEventListener in a script with the nonce.";
    case "style-src-attr":
      return "Move style attributes into a style sheet, or set them from a script through element.style.";
    default:
      return `Give your own inline ${rule.startsWith("style") ? "style" : "script"} the nonce: nonce=cspNonce.`;
  }
}

function describe(blocked: string): string {
  if (blocked.startsWith("/")) return "the application's own files";
  return blocked === "" ? "something the browser did not name" : blocked;
}

function merge(suggestions: readonly Suggestion[]): Readonly<Record<string, readonly string[]>> {
  const merged: Record<string, readonly string[]> = {};
  for (const { add } of suggestions)
    for (const [name, sources] of Object.entries(add ?? {}))
      merged[name] = [...new Set([...(merged[name] ?? []), ...sources])].toSorted();
  return merged;
}

function diffOf(csp: Csp, add: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(add)
    .map(([name, sources]) => {
      const before = sourcesOf(csp, name);
      const after = new Map([[name, [...new Set([...before, ...sources])]]]);
      const removed = csp.has(name) ? `- ${printCsp(new Map([[name, csp.get(name) ?? []]]))}\n` : "";
      return `${removed}+ ${printCsp(after)}`;
    })
    .join("\n");
}
