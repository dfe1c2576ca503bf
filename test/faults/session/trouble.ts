import { fileURLToPath } from "node:url";
import { run } from "node:test";
import { keepResult } from "./results.ts";

const FILES = ["../session-outage.test.ts", "../session-processes.test.ts"].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);

export interface TroubleResult {
  readonly name: string;
  readonly passed: boolean;
  /** What the test says it measured, as `t.diagnostic`. */
  readonly notes: readonly string[];
}

/** Runs the outage and process tests of `npm test`, and keeps what they measured. */
export async function runTrouble(): Promise<void> {
  const results: TroubleResult[] = [];
  const notes = new Map<string, string[]>();
  const stream = run({ files: FILES, concurrency: 1, timeout: 280_000, execArgv: ["--conditions=source"] });
  for await (const event of stream) {
    if (event.type === "test:diagnostic") addNote(notes, event.data.message);
    if ((event.type === "test:pass" || event.type === "test:fail") && event.data.details.type !== "suite")
      results.push({ name: String(event.data.name), passed: event.type === "test:pass", notes: [] });
  }
  if (results.some(({ passed }) => !passed)) process.exitCode = 1;
  keepResult("trouble", "all", withNotes(results, notes));
}

/** A diagnostic comes with no name; the tests begin theirs with it. */
function addNote(notes: Map<string, string[]>, message: string): void {
  const [name, note] = message.split(" => ");
  if (name === undefined || note === undefined) return;
  notes.set(name, [...(notes.get(name) ?? []), note]);
}

function withNotes(
  results: readonly TroubleResult[],
  notes: ReadonlyMap<string, readonly string[]>,
): readonly TroubleResult[] {
  return results.map((result) => ({ ...result, notes: notes.get(result.name) ?? [] }));
}
