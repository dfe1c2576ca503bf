import type { ProjectFiles } from "../files/project-files.ts";
import type { Evidence, Finding, NotChecked, Related } from "../report/finding.ts";
import { hider, secretTexts } from "../report/hide.ts";
import { shortHash } from "../rules/known-secrets.ts";
import { lineOf, toPlace } from "../rules/places.ts";
import { SEVERITIES, type Lens, type Place, type Rule } from "../rules/rule.ts";
import { speakAgainst, type Looks } from "./disagreement.ts";
import type { RawFinding, RawUnchecked } from "./context.ts";
import { withoutRepeated } from "./repeated.ts";
import { byCodeUnits, byPlace } from "../sorted.ts";

/** One finding per rule and place, with the evidence of every lens that saw it. */
export function assemble(
  raw: readonly RawFinding[],
  files: ProjectFiles,
  secretPlaces: readonly Place[],
  looks?: Looks,
): readonly Finding[] {
  const source = { files, secrets: secretTexts(secretPlaces, files) };
  const joined = new Map<string, RawFinding[]>();
  for (const one of withoutRepeated(withoutCovered(raw))) {
    const key = keyOf(one, raw);
    const group = joined.get(key);
    if (group === undefined) joined.set(key, [one]);
    else group.push(one);
  }
  const drafts = [...joined.values()]
    .map((group) => draftOf(group, source, looks === undefined ? [] : speakAgainst(group, looks)))
    .toSorted(compare);
  return withFingerprints(drafts);
}

/** Preconditions first: where one finding is the root, the ones it explains are left out. */
function withoutCovered(raw: readonly RawFinding[]): readonly RawFinding[] {
  const covered = new Set<string>();
  for (const one of raw) for (const id of one.rule.covers ?? []) covered.add(`${id}\0${rootOf(one)}`);
  return raw.filter((one) => !covered.has(`${one.rule.id}\0${rootOf(one)}`));
}

const rootOf = (one: RawFinding): string =>
  one.lens === "live" ? "live" : (one.root ?? (one.view === undefined ? "none" : String(one.view.app.id)));

function keyOf(one: RawFinding, all: readonly RawFinding[]): string {
  const place = placeOf(one);
  if (place !== undefined)
    return `${one.rule.id}\0${place.file}\0${String(place.line)}\0${String(place.column)}`;
  // What only the running app shows belongs to the source finding of the same rule, when there is one.
  const placed = all.filter((other) => placeOf(other) !== undefined);
  const partner =
    placed.find((other) => other.rule === one.rule) ??
    placed.find((other) => other.rule.id === one.rule.confirms);
  return partner === undefined ? `${one.rule.id}\0` : keyOf(partner, all);
}

/** The places that findings of these rules point at, each once. */
export function placesOf(raw: readonly RawFinding[], rules: ReadonlySet<Rule>): readonly Place[] {
  const places = raw.flatMap((one) => (rules.has(one.rule) ? (placeOf(one) ?? []) : []));
  return [
    ...new Map(places.map((one) => [`${one.file}:${String(one.line)}:${String(one.column)}`, one])).values(),
  ];
}

const placeOf = (one: RawFinding): Place | undefined => toPlace(one.problem.at);

interface Source {
  readonly files: ProjectFiles;
  readonly secrets: readonly string[];
}

type Draft = Omit<Finding, "fingerprint">;

function draftOf(
  group: readonly RawFinding[],
  { files, secrets }: Source,
  against: readonly Evidence[],
): Draft {
  const first = group.find((one) => placeOf(one) !== undefined) ?? group[0];
  if (first === undefined) throw new Error("a finding without evidence");
  const { rule, problem } = first;
  const place = placeOf(first);
  const text = place === undefined ? undefined : files.read(place.file);
  return {
    rule: rule.id,
    title: rule.title,
    severity: problem.severity ?? rule.severity,
    confidence: rule.confidence,
    message: problem.message,
    why: rule.why,
    fix: problem.fix ?? rule.fix,
    cwe: rule.cwe,
    asvs: rule.asvs,
    place,
    snippet:
      text === undefined || place === undefined
        ? ""
        : hider(rule.id, place.file, secrets)(lineOf(text, place.line)),
    lenses: lensesOf(group),
    evidence: [...evidenceOf(group), ...against],
    disagreement: against.length > 0,
    related: (problem.related ?? []).map((one): Related => ({
      place: toPlace(one.at),
      message: one.message,
    })),
    edits: problem.edits ?? [],
  };
}

function lensesOf(group: readonly RawFinding[]): readonly Lens[] {
  const order: readonly Lens[] = ["source", "stack", "live"];
  return order.filter((lens) => group.some((one) => one.lens === lens));
}

function evidenceOf(group: readonly RawFinding[]): readonly Evidence[] {
  const seen = new Set<string>();
  return group.flatMap((one): Evidence[] => {
    const key = `${one.lens}\0${one.problem.message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ lens: one.lens, message: one.problem.message, url: one.url, agrees: true }];
  });
}

function compare(a: Draft, b: Draft): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (bySeverity !== 0) return bySeverity;
  return byPlace(a.place, b.place) || byCodeUnits(a.rule, b.rule);
}

/** Rule, file, the line's text without spacing, and the how-manieth of its kind: no line numbers, no dates. */
function withFingerprints(drafts: readonly Draft[]): readonly Finding[] {
  const counts = new Map<string, number>();
  return drafts.map((draft) => {
    const base = [draft.rule, draft.place?.file ?? "", draft.snippet.replace(/\s+/g, "")].join("\0");
    const ordinal = counts.get(base) ?? 0;
    counts.set(base, ordinal + 1);
    return { ...draft, fingerprint: shortHash(`${base}\0${String(ordinal)}`) };
  });
}

export function notCheckedOf(raw: readonly RawUnchecked[]): readonly NotChecked[] {
  const seen = new Map<string, NotChecked>();
  for (const one of raw) {
    const place = toPlace(one.at);
    const key = `${one.rule.id}\0${one.reason}\0${place?.file ?? ""}\0${String(place?.line ?? 0)}`;
    seen.set(key, { rule: one.rule.id, reason: one.reason, place });
  }
  return [...seen.values()].toSorted(
    (a, b) => byCodeUnits(a.rule, b.rule) || byPlace(a.place, b.place) || byCodeUnits(a.reason, b.reason),
  );
}
