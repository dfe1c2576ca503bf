import type { ReportHour } from "hauberk/headers";

/** What a chart shows: the last day by the hour, or the last two weeks by the day. */
export type Span = "day" | "fortnight";

/** One bar, in the units of the chart's own coordinates. */
interface Bar {
  readonly x: number;
  readonly width: number;
  /** What browsers reported about the application. */
  readonly reports: Part;
  /** What extensions caused, on top of it. */
  readonly noise: Part;
  readonly beganMs: number;
  readonly counts: { readonly reports: number; readonly noise: number };
}

interface Part {
  readonly y: number;
  readonly height: number;
}

export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly Bar[];
  /** The highest bar's count. */
  readonly most: number;
  readonly total: number;
  /** Reports for which there was no room. */
  readonly dropped: number;
}

const HOUR_MS = 3_600_000;
const STEPS = {
  day: { count: 24, stepMs: HOUR_MS },
  fortnight: { count: 14, stepMs: 24 * HOUR_MS },
} as const;
const SIZE = { width: 480, height: 96 } as const;
const GAP = 4;

/** Lays out the bars of a chart. Pure. */
export function chartOf(hours: readonly ReportHour[], nowMs: number, span: Span): Chart {
  const { count, stepMs } = STEPS[span];
  const endMs = (Math.floor(nowMs / stepMs) + 1) * stepMs;
  const startMs = endMs - count * stepMs;
  const sums = Array.from({ length: count }, () => ({ reports: 0, noise: 0 }));
  let dropped = 0;
  for (const hour of hours) {
    const sum = sums[Math.floor((hour.hourMs - startMs) / stepMs)];
    if (sum === undefined) continue;
    sum.reports += countOf(hour.reports);
    sum.noise += countOf(hour.noise);
    dropped += countOf(hour.dropped);
  }
  const most = Math.max(1, ...sums.map(({ reports, noise }) => reports + noise));
  const bars = sums.map((sum, index) => barOf(sum, index, most, startMs + index * stepMs, count));
  const total = sums.reduce((all, { reports, noise }) => all + reports + noise, 0);
  return { ...SIZE, bars, most, total, dropped };
}

/** A store of one's own may give anything; a bar of NaN or below the line would be drawn over the page. */
function countOf(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function barOf(counts: Bar["counts"], index: number, most: number, beganMs: number, of: number): Bar {
  const pitch = SIZE.width / of;
  const reports = heightOf(counts.reports, most);
  const noise = heightOf(counts.noise, most);
  return {
    x: round(index * pitch + GAP / 2),
    width: round(pitch - GAP),
    reports: { y: round(SIZE.height - reports), height: reports },
    noise: { y: round(SIZE.height - reports - noise), height: noise },
    beganMs,
    counts,
  };
}

function heightOf(count: number, most: number): number {
  return round((count / most) * SIZE.height);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
