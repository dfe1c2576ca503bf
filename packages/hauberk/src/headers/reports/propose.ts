import { printCsp, sourcesOf, type Csp } from "../csp.ts";
import { problemOfSource } from "../csp-source.ts";
import type { ReportKind } from "./kinds.ts";

/** One thing to do about what browsers reported. */
export interface Suggestion {
  /** What to do, in a sentence. */
  readonly words: string;
  /** The change of `headers.csp.add` that allows it, where a change of the policy is the answer. */
  readonly add: Readonly<Record<string, readonly string[]>> | undefined;
  readonly count: number;
  readonly pages: readonly string[];
}

export interface Proposal {
  readonly suggestions: readonly Suggestion[];
  /** All changes together, for `headers.csp.add`. */
  readonly add: Readonly<Record<string, readonly string[]>>;
  /** The directives that change, before and after, as a diff. */
  readonly diff: string;
  /** Reports caused by browser extensions, which no policy should follow. */
  readonly noise: number;
}

/**
 * Proposes the smallest change of a policy that would have let pass what was reported. Pure.
 *
 * It never proposes what switches the protection off: for inline code it says how to change the page instead. A report
 * is a claim by whoever sent it, so read the proposal before you take it over.
 */
export function proposeChanges(kinds: readonly ReportKind[], csp: Csp): Proposal {
  const violations = kinds.filter(({ type, noise }) => type === "csp-violation" && !noise);
  const suggestions = new Map<string, Suggestion>();
  for (const kind of violations) {
    const { words, add } = suggest(kind);
    const before = suggestions.get(words);
    const pages = [...new Set([...(before?.pages ?? []), kind.page])];
    suggestions.set(words, { words, add, pages, count: (before?.count ?? 0) + kind.count });
  }
  const list = [...suggestions.values()].toSorted((a, b) => b.count - a.count);
  const add = merge(list);
  const noise = kinds.filter((kind) => kind.noise).reduce((sum, { count }) => sum + count, 0);
  return { suggestions: list, add, diff: diffOf(csp, add), noise };
}

function suggest({ rule, blocked }: ReportKind): Pick<Suggestion, "words" | "add"> {
  const directive = rule.replace(/-(?:elem|attr)$/, "");
  if (blocked === "inline") return { words: wordsForInline(rule), add: undefined };
  if (blocked === "eval")
    return {
      words: "Replace eval and new Function: a policy that allows them allows injected text to run.",
      add: undefined,
    };
  if (blocked.startsWith("trusted-types") || rule.includes("trusted-types"))
    return {
      words: "Hand the value to a Trusted Types policy before it is written into the page.",
      add: undefined,
    };
  if (blocked === "wasm-eval") return change("script-src", "'wasm-unsafe-eval'", "WebAssembly");
  if (directive === "script-src")
    return {
      words: `Give the script of ${describe(blocked)} the nonce (nonce=cspNonce), or load it from a script that has it; hosts do not count beside 'strict-dynamic'.`,
      add: undefined,
    };
  const source = blocked.startsWith("/") ? "'self'" : blocked;
  if (problemOfSource(directive, source) !== undefined)
    return {
      words: `Look at ${rule} on the pages named: ${describe(blocked)} cannot be allowed without allowing everybody.`,
      add: undefined,
    };
  return change(directive, source, describe(blocked));
}

function change(directive: string, source: string, what: string): Pick<Suggestion, "words" | "add"> {
  return { words: `Allow ${what} in ${directive}: add ${source}.`, add: { [directive]: [source] } };
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
