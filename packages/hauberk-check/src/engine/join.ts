import { isWithin, placeOfSite, toPlace } from "../rules/places.ts";
import type { Lens, PackageCall, Place, Rule } from "../rules/rule.ts";
import type { Site } from "../model/values.ts";
import type { AppView } from "../model/view.ts";
import type { RawFinding, RawUnchecked, Results } from "./context.ts";

/** What a second lens looked at, for telling "does not see it" from "did not look". */
export interface Looked {
  readonly lens: Lens;
  readonly results: Results;
  readonly view: AppView;
  readonly calls: readonly PackageCall[];
}

export interface Joined {
  readonly found: readonly RawFinding[];
  readonly unchecked: readonly RawUnchecked[];
}

/**
 * Puts the source lens and the stack lens together: the same problem gets the same place, and what the running app decides
 * is no longer open.
 */
export function joinLenses(source: Joined, looked: Looked | undefined): Joined {
  if (looked === undefined) return source;
  const stack = looked.results.found.map((one) => moved(one, source.found, looked.results.found));
  return {
    found: [...source.found, ...stack],
    unchecked: [...source.unchecked.filter((one) => !isDecided(one, looked)), ...looked.results.unchecked],
  };
}

/** The running app points at a whole call, the source at the option inside it: one place for both. */
function moved(one: RawFinding, found: readonly RawFinding[], stack: readonly RawFinding[]): RawFinding {
  const outer = placeOf(one);
  const same = found.filter((other) => other.rule === one.rule);
  const partner =
    same.find((other) => outer !== undefined && isWithin(placeOf(other), outer)) ??
    // `const secret = "..."` far above: the call that takes it is the same one in both lenses.
    same.find((other) => one.call !== undefined && other.call?.node === one.call.node) ??
    (isSaidOnce(one, stack) ? onlyOne(same.filter((other) => isSameSaid(other, one))) : undefined);
  return partner?.problem.at === undefined
    ? one
    : { ...one, problem: { ...one.problem, at: partner.problem.at } };
}

const onlyOne = <Item>(items: readonly Item[]): Item | undefined =>
  items.length === 1 ? items[0] : undefined;

/** A package mounts its routes where it is set up, which may be another line than the one that mounts the package. */
const isSameSaid = (one: RawFinding, other: RawFinding): boolean =>
  one.rule === other.rule &&
  one.problem.message === other.problem.message &&
  placeOf(one)?.file === placeOf(other)?.file;

const isSaidOnce = (one: RawFinding, all: readonly RawFinding[]): boolean =>
  one.call === undefined && all.every((other) => other === one || !isSameSaid(other, one));

function isDecided(one: RawUnchecked, looked: Looked): boolean {
  if (looked.results.unchecked.some((other) => other.rule === one.rule)) return false;
  return hasLookedAt(one, looked);
}

/** Whether the rule ran over this very call, or over this very app, in the other lens. */
function hasLookedAt(
  {
    rule,
    view,
    at,
  }: { readonly rule: Rule; readonly view: AppView | undefined; readonly at: Site | Place | undefined },
  looked: Looked,
): boolean {
  if (!rule.lenses.includes(looked.lens)) return false;
  if (view !== undefined) return view.app.id === looked.view.app.id;
  const place = toPlace(at);
  const same = looked.calls.filter((call) => rule.call?.names.includes(call.name) === true);
  // Options may be written far above the call that takes them: with a single call there is no doubt whose they are.
  return (
    same.some((call) => isWithin(place, placeOfSite(call.site))) ||
    (same.length === 1 && place?.file === same[0]?.site.module.path)
  );
}

const placeOf = (one: RawFinding): Place | undefined => toPlace(one.problem.at);
