import { parseJson, record } from "../files/paths.ts";
import type { Finding } from "../report/finding.ts";

export interface BaselineEntry {
  readonly rule: string;
  readonly file: string;
  readonly fingerprint: string;
}

/** Findings accepted earlier. No line numbers and no dates, so it merges and survives edits elsewhere in a file. */
export function writeBaseline(findings: readonly Finding[]): string {
  const entries = findings.map((one): BaselineEntry => ({
    rule: one.rule,
    file: one.place?.file ?? "",
    fingerprint: one.fingerprint,
  }));
  const sorted = entries.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
  return `${JSON.stringify({ version: 1, findings: sorted }, undefined, 2)}\n`;
}

const keyOf = (one: BaselineEntry): string => `${one.file}\0${one.rule}\0${one.fingerprint}`;

export class BadBaseline extends Error {}

export function readBaseline(text: string): readonly BaselineEntry[] {
  const data = record(parseJson(text));
  const list = data?.["findings"];
  if (data?.["version"] !== 1 || !Array.isArray(list))
    throw new BadBaseline("the baseline is not a version 1 baseline of hauberk-check");
  return list.map((one: unknown) => {
    const entry = record(one);
    const [rule, file, fingerprint] = [entry?.["rule"], entry?.["file"], entry?.["fingerprint"]];
    if (typeof rule !== "string" || typeof file !== "string" || typeof fingerprint !== "string") {
      throw new BadBaseline("the baseline has an entry without rule, file and fingerprint");
    }
    return { rule, file, fingerprint };
  });
}

export interface Compared {
  readonly fresh: readonly Finding[];
  readonly known: number;
  /** Entries whose finding is gone: they would hide the same fault coming back. */
  readonly stale: readonly BaselineEntry[];
}

export function compareBaseline(findings: readonly Finding[], entries: readonly BaselineEntry[]): Compared {
  const accepted = new Set(entries.map((one) => one.fingerprint));
  const present = new Set(findings.map((one) => one.fingerprint));
  const fresh = findings.filter((one) => !accepted.has(one.fingerprint));
  return {
    fresh,
    known: findings.length - fresh.length,
    stale: entries.filter((one) => !present.has(one.fingerprint)),
  };
}
