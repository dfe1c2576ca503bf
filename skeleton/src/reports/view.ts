import type { PolicyChange, Proposal, ReportHour, ReportKind } from "hauberk/headers";
import { type Chart, type Span, chartOf } from "./chart.ts";

/** One line of a policy's diff. */
interface DiffLine {
  readonly sign: "+" | "-";
  readonly text: string;
}

/** A policy with what to do about it. */
export interface PolicyView {
  readonly suggestions: PolicyChange["suggestions"];
  readonly diff: readonly DiffLine[];
}

/** What the page and the command show. */
export interface ReportsView {
  readonly enforced: PolicyView;
  readonly candidate: PolicyView;
  /** Reports about something else than the policy: embedding, features, deprecations, crashes. */
  readonly others: readonly ReportKind[];
  /** What extensions of visitors' browsers caused. */
  readonly noise: readonly ReportKind[];
  readonly noiseCount: number;
  readonly chart: Chart;
  readonly span: Span;
}

/** Sorts what was reported for showing. Pure. */
export function viewOf(
  kinds: readonly ReportKind[],
  hours: readonly ReportHour[],
  proposal: Proposal,
  { nowMs, span }: { readonly nowMs: number; readonly span: Span },
): ReportsView {
  return {
    enforced: policyView(proposal),
    candidate: policyView(proposal.candidate),
    others: kinds.filter(({ type, noise }) => type !== "csp-violation" && !noise),
    noise: kinds.filter(({ noise }) => noise),
    noiseCount: proposal.noise,
    chart: chartOf(hours, nowMs, span),
    span,
  };
}

function policyView({ suggestions, diff }: PolicyChange): PolicyView {
  const lines = diff === "" ? [] : diff.split("\n");
  return {
    suggestions,
    diff: lines.map((line) => ({ sign: line.startsWith("+") ? "+" : "-", text: line.slice(2) })),
  };
}
