import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

const FOLDER = new URL("../results/", import.meta.url);

/** One measurement of one store, with the command and the machine it is from. */
export interface Entry {
  readonly command: string;
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  /** Of the machine in the minute before; null for figures that were kept without it. */
  readonly loadAverage: number | null;
  readonly result: unknown;
}

export type Part = "counts" | "scale" | "trouble" | "rotation";

/** What was measured of a part, by store. */
export function readResults(part: Part): Readonly<Record<string, Entry>> {
  const file = fileOf(part);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Entry>) : {};
}

/** Replaces the measurement of one store: a run that is cut short has shown something. */
export function keepResult(part: Part, store: string, result: unknown): void {
  mkdirSync(FOLDER, { recursive: true });
  const entry: Entry = {
    command: `npm run test:faults:sessions -- ${part} ${store}`,
    date: new Date().toISOString().slice(0, 16),
    node: process.version,
    cpu: cpus()[0]?.model ?? "",
    loadAverage: Math.round(loadavg()[0] ?? 0),
    result,
  };
  const all = { ...readResults(part), [store]: entry };
  writeFileSync(fileOf(part), `${JSON.stringify(all, null, 2)}\n`);
  process.stdout.write(`${part} ${store} ${JSON.stringify(result)}\n`);
}

function fileOf(part: Part): URL {
  return new URL(`session-${part}.json`, FOLDER);
}
