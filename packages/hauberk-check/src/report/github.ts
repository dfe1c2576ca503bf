import type { Severity } from "../rules/rule.ts";
import type { Report } from "./finding.ts";
import { visible } from "./visible.ts";

const COMMANDS: Readonly<Record<Severity, string>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "notice",
  info: "notice",
};

/** Workflow commands that GitHub shows as annotations on the changed lines. */
export function github(report: Report): string {
  const rows = report.findings.map((one) => {
    const at =
      one.place === undefined
        ? ""
        : `file=${property(one.place.file)},line=${String(one.place.line)},col=${String(one.place.column)},endLine=${String(one.place.endLine)},`;
    return `::${COMMANDS[one.severity]} ${at}title=${property(`${one.rule}: ${one.title}`)}::${data(`${one.message} ${one.fix}`)}`;
  });
  const missed = report.notAnalysed.map(
    (one) => `::warning title=not analysed::${data(`${one.path}: ${one.reason}`)}`,
  );
  return [...rows, ...missed, ""].join("\n");
}

const data = (text: string): string =>
  visible(text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A"));
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
