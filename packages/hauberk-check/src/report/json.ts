import type { Report } from "./finding.ts";
import { visibleJson } from "./visible.ts";

/**
 * The whole report, a finding or an application a line; `schema/report.schema.json` describes it. Absolute paths stay
 * out of it. Indented, a report is twice as long, and takes twice the time to write.
 */
export function json(report: Report): string {
  const { root: _root, secretPlaces: _places, ...rest } = report;
  const fields = Object.entries(rest).map(([name, value]) => `${JSON.stringify(name)}: ${jsonOf(value)}`);
  return visibleJson(`{\n${fields.join(",\n")}\n}\n`);
}

function jsonOf(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items: readonly unknown[] = value;
  return items.length === 0 ? "[]" : `[\n${items.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
}
