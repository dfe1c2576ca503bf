import type { ProjectFiles } from "../files/project-files.ts";
import type { Report } from "./finding.ts";

/** What moves the cursor, changes colours and titles, or turns the direction of writing; not line ends and tabs. */
const UNSEEN = /[\0-\x08\x0B\f\x0E-\x1F\x7F-\x9F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]|\r(?!\n)/g;
const LINE_END = /[\t\n\r]/g;

/** A sign in the place of each, so that columns stay what they are: the picture of ESC is one, and one for all that have no picture. */
const pictureOf = (one: string): string => {
  const code = one.charCodeAt(0);
  return code === 0x7f ? "\u2421" : code < 0x20 ? String.fromCharCode(0x2400 + code) : "\uFFFD";
};

/** A text of several lines as a terminal may show it: a name of a file or a line of a source may hold commands for one. */
export const visible = (text: string): string => text.replace(UNSEEN, pictureOf);

/** The same for what has to stay in its line: with a line end in its name a file could add lines to a report. */
const visibleInLine = (text: string): string => visible(text).replace(LINE_END, pictureOf);

/** JSON that says the same, in signs that are safe to show. */
export const visibleJson = (json: string): string =>
  json.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A report all of whose texts may be shown, and the files by the names it has for them. */
export function visibleReport(report: Report): Report {
  return shown(report) as Report;
}

function shown(value: unknown): unknown {
  if (typeof value === "string") return visibleInLine(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(shown);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)]));
}

/** The texts that a report shows lines of, by the names that `visibleReport` has for the files. */
export function visibleFiles(files: Pick<ProjectFiles, "read">, report: Report): Pick<ProjectFiles, "read"> {
  const places = [...report.secretPlaces, ...report.findings.flatMap(({ place }) => place ?? [])];
  const names = new Map(places.map(({ file }) => [visibleInLine(file), file]));
  return {
    read: (path) => {
      const text = files.read(names.get(path) ?? path);
      return text === undefined ? undefined : visible(text);
    },
  };
}
