import type { Diagnostics } from "recheck";
import type { Expression } from "./expressions.ts";

/** What the analysis says of an expression: "safe", or why it is not taken for safe. */
export type Verdict = "safe" | "polynomial" | "exponential" | "timeout" | "unsupported";

export interface PlacedExpression extends Expression {
  readonly path: string;
}

/** One that is let pass: an entry of scripts/reviewed-expressions.json. */
export interface ListedExpression {
  readonly path: string;
  readonly source: string;
  readonly flags: string;
  /** "safe": proved once, and too slow to prove to do it again each time. */
  readonly verdict: Verdict;
  readonly why: string;
}

/** Only a proof is "safe": an analysis that ended in any other way proved nothing. Pure. */
export function verdictOf(diagnostics: Diagnostics): Verdict {
  if (diagnostics.status === "safe") return "safe";
  if (diagnostics.status === "vulnerable") return diagnostics.complexity.type;
  return diagnostics.error.kind === "timeout" ? "timeout" : "unsupported";
}

/** An entry is for this expression in this file: the same in another place reads another text. Pure. */
export function isListed(entry: ListedExpression, { path, source, flags }: PlacedExpression): boolean {
  return entry.path === path && entry.source === source && entry.flags === flags;
}

/**
 * Whether an expression repeats nothing, or one character so and so many times: at each place of a text it then looks at so many characters, whatever the text.
 * That is no question for an analysis, which takes seconds over a long list of words. `?` doubles the ways, so that only
 * a few are let pass. Pure.
 */
export function isBounded({ source }: Expression): boolean {
  const bare = source.replaceAll(/\\./g, "");
  // "[0-9a-f]{32}" is 32 characters; "(a|a){32}" is as many choices.
  return !/[*+]|\)\{|\{(?!\d{1,4}\})/.test(bare) && bare.split("?").length <= 10;
}
