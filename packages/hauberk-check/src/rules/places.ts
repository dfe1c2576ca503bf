import type { Site } from "../model/values.ts";
import type { Place } from "./rule.ts";

export function placeOfSite(site: Site): Place {
  const { lines } = site.module;
  const start = lines.at(site.node.start ?? 0);
  const end = lines.at(site.node.end ?? site.node.start ?? 0);
  return {
    file: site.module.path,
    line: start.line,
    column: start.column + 1,
    endLine: end.line,
    endColumn: end.column + 1,
  };
}

export function isSite(at: Site | Place): at is Site {
  return "module" in at;
}

/** Where something stands, whether it is known by its node or by its lines. */
export function toPlace(at: Site | Place): Place;
export function toPlace(at: Site | Place | undefined): Place | undefined;
export function toPlace(at: Site | Place | undefined): Place | undefined {
  return at === undefined || !isSite(at) ? at : placeOfSite(at);
}

/** The place of a stretch of a text. */
export function placeIn(file: string, text: string, start: number, end: number): Place {
  const from = position(text, start);
  const to = position(text, end);
  return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const newline = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - newline };
}

export function lineOf(text: string, line: number): string {
  return text.split(/\r?\n/, line)[line - 1] ?? "";
}

/** Whether a place lies within another, ends included. */
export function isWithin(inner: Place | undefined, outer: Place): boolean {
  if (inner === undefined || inner.file !== outer.file) return false;
  const afterStart = inner.line > outer.line || (inner.line === outer.line && inner.column >= outer.column);
  const beforeEnd =
    inner.endLine < outer.endLine || (inner.endLine === outer.endLine && inner.endColumn <= outer.endColumn);
  return afterStart && beforeEnd;
}
