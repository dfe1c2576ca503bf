import { utc } from "../web/utc.ts";
import type { Chart } from "./chart.ts";
import type { PolicyView, ReportsView } from "./view.ts";

/** The reports as text, for a terminal. Pure. */
export function textOf(view: ReportsView): string {
  const { enforced, candidate, others, noiseCount, chart } = view;
  return [
    ...section("The policy in force", policyLines(enforced, "Browsers blocked nothing of yours.")),
    ...section("The policy on trial", policyLines(candidate, "It would have blocked nothing: enforce it.")),
    ...section(
      "Other reports",
      others.length === 0
        ? ["None."]
        : others.map(
            (kind) =>
              `${times(kind.count)} ${[kind.type, kind.rule, kind.blocked].filter(Boolean).join(" ")} on ${kind.page}`,
          ),
    ),
    ...section("The last two weeks", [
      `${sparkline(chart)}  ${chart.total} reports, the most in a day ${chart.total === 0 ? 0 : chart.most}`,
      ...(noiseCount === 0
        ? []
        : [`${times(noiseCount)} the cause was an extension of the visitor's browser.`]),
      ...(chart.dropped === 0 ? [] : [`${chart.dropped} more were not kept: too many different ones.`]),
      `Until ${utc(chart.bars.at(-1)?.beganMs ?? 0).slice(0, -", 00:00 UTC".length)}.`,
    ]),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [title, ...lines.map((line) => `  ${line}`), ""];
}

function policyLines({ suggestions, diff }: PolicyView, nothing: string): readonly string[] {
  if (suggestions.length === 0) return [nothing];
  return [
    ...suggestions.map(
      ({ words, count, pages }) => `${times(count)} ${words} (${pages.slice(0, 5).join(", ")})`,
    ),
    ...diff.map(({ sign, text }) => `${sign} ${text}`),
  ];
}

function times(count: number): string {
  return `${String(count).padStart(5)}x`;
}

const BLOCKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

function sparkline({ bars, most }: Chart): string {
  return bars
    .map(({ counts: { reports, noise } }) => BLOCKS[Math.ceil(((reports + noise) / most) * 7)] ?? "")
    .join("");
}
