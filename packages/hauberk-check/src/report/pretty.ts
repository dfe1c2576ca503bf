import { plural } from "./plural.ts";
import { styleText } from "node:util";
import type { ProjectFiles } from "../files/project-files.ts";
import { SEVERITIES, type Severity } from "../rules/rule.ts";
import { hasApp, type Finding, type Report } from "./finding.ts";
import { codeFrame } from "./frame.ts";
import { hider, secretTexts } from "./hide.ts";
import { visibleFiles, visibleReport } from "./visible.ts";
import { wrap } from "./wrap.ts";

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

interface Terminal {
  readonly paint: Paint;
  /** Breaks a line that is too long; what follows is indented. */
  readonly fit: (line: string, hang: number) => string;
}

const COLOURS: Readonly<Record<Severity, Style>> = {
  critical: ["bold", "red"],
  high: "red",
  medium: "yellow",
  low: "cyan",
  info: "gray",
};

const MAX_NOT_CHECKED = 12;
const MAX_PLACES = 8;
/** "  Why  " */
const LABEL_COLUMNS = 7;

/** The report for people: one block per rule, worst first, then what was not checked; in lines of at most `columns`. */
export function pretty(
  read: Report,
  files: Pick<ProjectFiles, "read">,
  colour: boolean,
  columns: number = Number.POSITIVE_INFINITY,
): string {
  const report = visibleReport(read);
  const texts = visibleFiles(files, read);
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const terminal: Terminal = { paint, fit: (line, hang) => wrap(line, columns, hang) };
  const source: Source = { ...texts, secrets: secretTexts(report.secretPlaces, texts) };
  const blocks = group(report.findings).map((findings) => block(findings, source, terminal));
  return (
    [...blocks, notChecked(report, terminal), summary(report, paint)]
      .filter((part) => part !== "")
      .join("\n\n") + "\n"
  );
}

interface Source extends Pick<ProjectFiles, "read"> {
  readonly secrets: readonly string[];
}

function group(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>();
  for (const one of findings) groups.set(one.rule, [...(groups.get(one.rule) ?? []), one]);
  return [...groups.values()].toSorted((a, b) => rank(a[0]) - rank(b[0]));
}

const rank = (finding: Finding | undefined): number =>
  finding === undefined ? SEVERITIES.length : SEVERITIES.indexOf(finding.severity);

function block(findings: readonly Finding[], source: Source, { paint, fit }: Terminal): string {
  const [first, ...more] = findings;
  if (first === undefined) return "";
  const badges = `${first.confidence} confidence, ${first.lenses.join(" + ")}${objectors(first)}`;
  const head = `${paint(COLOURS[first.severity], first.severity.toUpperCase().padEnd(8))} ${paint("bold", first.rule)}  ${first.title} ${paint("gray", `(${badges})`)}`;
  const where = more.length === 0 ? "" : paint("gray", `  and ${String(more.length)} more of the same`);
  const lines = [head, shown(first, source, { paint, fit })];
  for (const one of more.slice(0, MAX_PLACES)) lines.push(fit(`  ${placeText(one)}  ${one.message}`, 4));
  if (more.length > MAX_PLACES)
    lines.push(`  ... and ${String(more.length - MAX_PLACES)} more; --format json lists all`);
  const advice = (label: string, text: string): string =>
    fit(`  ${label}  ${text}`, LABEL_COLUMNS).replace(label, () => paint("bold", label));
  lines.push(advice("Why", first.why), advice("Fix", first.fix) + where);
  return lines.join("\n");
}

/** The lenses that looked and see it otherwise. */
function objectors({ evidence }: Finding): string {
  const lenses = [...new Set(evidence.filter((one) => !one.agrees).map((one) => one.lens))];
  return lenses.length === 0
    ? ""
    : `; ${lenses.join(" and ")} ${lenses.length === 1 ? "disagrees" : "disagree"}`;
}

function shown(finding: Finding, source: Source, { paint, fit }: Terminal): string {
  const where = placeText(finding);
  const lines = [fit(`  ${where}  ${finding.message}`, 4).replace(where, () => paint("underline", where))];
  const text = finding.place === undefined ? undefined : source.read(finding.place.file);
  if (text !== undefined && finding.place !== undefined) {
    const frame = codeFrame(
      text,
      finding.place,
      (line) => paint("bold", line),
      hider(finding.rule, finding.place.file, source.secrets),
    );
    lines.push(frame.replace(/^/gm, "    "));
  }
  for (const one of finding.related)
    lines.push(fit(`    see ${one.place.file}:${String(one.place.line)}  ${one.message}`, 6));
  for (const one of finding.evidence) {
    if (one.agrees && one.message === finding.message && one.url === undefined) continue;
    const seenAt = one.place === undefined ? one.url : `${one.place.file}:${String(one.place.line)}`;
    const line = fit(
      `    ${one.lens}${one.agrees ? "" : " disagrees"}: ${one.message}${seenAt === undefined ? "" : ` (${seenAt})`}`,
      6,
    );
    lines.push(one.agrees ? line : paint("yellow", line));
  }
  return lines.join("\n");
}

function placeText(finding: Finding): string {
  const { place } = finding;
  return place === undefined
    ? "the running app"
    : `${place.file}:${String(place.line)}:${String(place.column)}`;
}

function notChecked(report: Report, { paint, fit }: Terminal): string {
  const rows = [
    ...report.notAnalysed.map((one) => `  ${one.path}: not analysed, ${one.reason}`),
    ...report.notChecked.map(
      (one) =>
        `  ${one.rule}: ${one.reason}${one.place === undefined ? "" : ` (${one.place.file}:${String(one.place.line)})`}`,
    ),
  ];
  if (rows.length === 0) return "";
  const cut =
    rows.length > MAX_NOT_CHECKED
      ? [`  ... and ${String(rows.length - MAX_NOT_CHECKED)} more; --format json lists all`]
      : [];
  return [
    paint("bold", "Not checked"),
    ...rows.slice(0, MAX_NOT_CHECKED).map((row) => fit(row, 4)),
    ...cut,
  ].join("\n");
}

function summary(report: Report, paint: Paint): string {
  const counts = SEVERITIES.map(
    (severity) => [severity, report.findings.filter((one) => one.severity === severity).length] as const,
  );
  const shownCounts = counts
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => paint(COLOURS[severity], `${String(count)} ${severity}`));
  const left = [
    report.suppressed > 0 ? `${String(report.suppressed)} suppressed` : "",
    report.baselined > 0 ? `${String(report.baselined)} in the baseline` : "",
  ].filter((part) => part !== "");
  const apps = seenByOne(report);
  const routes = apps.reduce((sum, app) => sum + app.routes.length, 0);
  const scope = `${plural(report.rules, "rule", "rules")}, ${plural(report.files, "source", "sources")}, ${plural(apps.length, "app or router", "apps and routers")}, ${plural(routes, "route", "routes")}`;
  if (report.apps.length === 0)
    return `${paint("yellow", "No Express app found")}: nothing was checked (${scope}).`;
  if (!hasApp(report) && report.findings.length === 0)
    return `${paint("yellow", "No Express app found")}: nothing is wrong in the routers themselves, and what mounts them was not seen (${scope}).`;
  const verdict = report.findings.length === 0 ? paint("green", "Nothing found") : shownCounts.join(", ");
  return `${verdict}${left.length === 0 ? "" : ` (${left.join(", ")})`}: ${scope}.`;
}

/** Each lens lists the apps it saw; what two of them saw is not there twice. */
function seenByOne({ apps }: Report): Report["apps"] {
  const byLens = [...new Set(apps.map((app) => app.lens))].map((lens) =>
    apps.filter((app) => app.lens === lens),
  );
  return byLens.toSorted((a, b) => b.length - a.length)[0] ?? [];
}
