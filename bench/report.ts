import type { Conditions } from "./machine.ts";
import { type Kind, KINDS, type RoundOfVariant } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import { type Summary, summarise } from "./stats.ts";
import { VARIANT_TITLES, type VariantName } from "./variants/variant.ts";

/** One round: what each variant needed. */
export type Round = Readonly<Partial<Record<VariantName, RoundOfVariant>>>;

/** Everything a run found out. */
export interface Run {
  readonly options: BenchOptions;
  readonly conditions: Conditions;
  readonly rounds: readonly Round[];
}

/** One line of a table. */
interface Line {
  readonly variant: VariantName;
  readonly cpu: Summary;
  readonly cpuToBare: Summary | undefined;
  readonly cpuToHandComposed: Summary | undefined;
  readonly throughput: Summary;
}

const HEADINGS: Readonly<Record<Kind, string>> = {
  get: "The page, read with an existing session",
  post: "The form of that page, sent with its token",
};

/** The numbers of one table, one line per variant. */
function tableLines({ options, rounds }: Run, kind: Kind): readonly Line[] {
  return options.variants.map((variant) => ({
    variant,
    cpu: summarise(rounds.map((round) => cpuOf(round, variant, kind))),
    cpuToBare: ratioTo(rounds, options.variants, variant, "bare", kind),
    cpuToHandComposed: ratioTo(rounds, options.variants, variant, "hand-composed", kind),
    throughput: summarise(rounds.map((round) => measured(round, variant)[kind].requestsPerSecond)),
  }));
}

/** Both tables as Markdown. */
export function formatTables(run: Run): string {
  return KINDS.map((kind) => {
    const lines = tableLines(run, kind).map(formatLine);
    return `## ${HEADINGS[kind]}\n\n${TABLE_HEAD}\n${lines.join("\n")}\n`;
  }).join("\n");
}

const TABLE_HEAD = `| variant | CPU per request, us | ratio to bare | ratio to hand-composed | requests/s |
|---|---|---|---|---|`;

function formatLine({ variant, cpu, cpuToBare, cpuToHandComposed, throughput }: Line): string {
  const cells = [
    VARIANT_TITLES[variant],
    formatSummary(cpu, 1),
    cpuToBare === undefined ? "" : formatSummary(cpuToBare, 2),
    cpuToHandComposed === undefined ? "" : formatSummary(cpuToHandComposed, 2),
    formatSummary(throughput, 0),
  ];
  return `| ${cells.join(" | ")} |`;
}

function formatSummary({ median, min, max }: Summary, digits: number): string {
  return `**${median.toFixed(digits)}** (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** The ratio is taken within each round, where both saw the same machine, and only then summarised. */
function ratioTo(
  rounds: readonly Round[],
  variants: readonly VariantName[],
  variant: VariantName,
  base: VariantName,
  kind: Kind,
): Summary | undefined {
  if (variant === base || !variants.includes(base)) return undefined;
  return summarise(rounds.map((round) => cpuOf(round, variant, kind) / cpuOf(round, base, kind)));
}

function cpuOf(round: Round, variant: VariantName, kind: Kind): number {
  return measured(round, variant)[kind].cpuMicrosPerRequest;
}

function measured(round: Round, variant: VariantName): RoundOfVariant {
  const found = round[variant];
  if (found === undefined) throw new Error(`a round without ${variant}`);
  return found;
}
