import type { Report } from "./finding.ts";

/** The whole report; `schema/report.schema.json` describes it. Absolute paths stay out of it. */
export function json(report: Report): string {
  const { root: _root, secretPlaces: _places, ...rest } = report;
  return `${JSON.stringify(rest, undefined, 2)}\n`;
}
