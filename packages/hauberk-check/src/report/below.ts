import { isAbsolute, relative, sep } from "node:path";
import type { Place } from "../rules/rule.ts";
import type { Report } from "./finding.ts";

/**
 * The report with its files named from `base`, as GitHub knows them: with `hauberk-check packages/api` run at the top of a
 * repository, `app.js` is an annotation on the wrong file or on none. A folder outside `base` keeps its names.
 */
export function below(report: Report, base: string): Report {
  const folder = relative(base, report.root);
  if (folder === "" || isAbsolute(folder) || folder.split(sep)[0] === "..") return report;
  const prefix = `${folder.split(sep).join("/")}/`;
  const moved = (place: Place): Place => ({ ...place, file: prefix + place.file });
  const orNone = (place: Place | undefined): Place | undefined =>
    place === undefined ? undefined : moved(place);
  return {
    ...report,
    apps: report.apps.map((app) => ({ ...app, place: orNone(app.place) })),
    findings: report.findings.map((one) => ({
      ...one,
      place: orNone(one.place),
      related: one.related.map((other) => ({ ...other, place: moved(other.place) })),
    })),
  };
}
