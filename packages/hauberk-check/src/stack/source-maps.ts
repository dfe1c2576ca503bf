import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, resolve } from "node:path";
import type { StackPlace } from "./facts.ts";

/** Leads from compiled code back to what was written, where the build left a source map. */
export class SourceMaps {
  readonly #maps: Map<string, SourceMap | undefined> = new Map();

  /** The place that was compiled to this one; `undefined` when there is no map, or none for this place. */
  original(place: StackPlace): StackPlace | undefined {
    const entry = this.#mapOf(place.file)?.findEntry(place.line - 1, place.column - 1);
    if (entry === undefined || !("originalSource" in entry)) return undefined;
    const file = resolve(dirname(place.file), entry.originalSource.replace(/^file:\/\//, ""));
    return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  #mapOf(file: string): SourceMap | undefined {
    if (!this.#maps.has(file)) this.#maps.set(file, load(file));
    return this.#maps.get(file);
  }
}

function load(file: string): SourceMap | undefined {
  try {
    const inline = /^\/\/# sourceMappingURL=data:application\/json[^,\n]*;base64,(\S+)[ \t\r]*$/m.exec(
      readFileSync(file, "utf8"),
    )?.[1];
    if (inline !== undefined) return parse(Buffer.from(inline, "base64").toString("utf8"));
    return existsSync(`${file}.map`) ? parse(readFileSync(`${file}.map`, "utf8")) : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): SourceMap {
  return new SourceMap(JSON.parse(text) as SourceMapPayload);
}
