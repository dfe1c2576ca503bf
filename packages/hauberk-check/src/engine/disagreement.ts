import type { LiveFacts } from "../live/facts.ts";
import type { Program } from "../model/program.ts";
import { nameOf, rootPackage, type Value } from "../model/values.ts";
import type { AppView } from "../model/view.ts";
import type { Evidence } from "../report/finding.ts";
import { isWithin, placeOfSite, toPlace } from "../rules/places.ts";
import type { PackageCall, Place, Rule, Statement } from "../rules/rule.ts";
import type { RawFinding, RawUnchecked } from "./context.ts";

/** What a lens looked at and could not decide: it may speak for what it saw, and for nothing else. */
export interface Look {
  readonly lens: "source" | "stack";
  readonly views: readonly AppView[];
  readonly calls: readonly PackageCall[];
  readonly unchecked: readonly RawUnchecked[];
}

export interface Looks {
  readonly program: Program;
  readonly looks: readonly Look[];
  readonly facts: LiveFacts | undefined;
}

/**
 * Evidence of the lenses that looked at the same thing and see it otherwise: the source mounts helmet, and the answers
 * carry no header.
 */
export function speakAgainst(
  group: readonly RawFinding[],
  { program, looks, facts }: Looks,
): readonly Evidence[] {
  const [first] = group;
  if (first === undefined) return [];
  const { rule } = first;
  const saw = (lens: string): boolean => group.some((one) => one.lens === lens);
  const found = looks.flatMap((look): Evidence[] => {
    if (saw(look.lens) || look.unchecked.some((one) => one.rule === rule)) return [];
    const statement = statementOf(first, look, program, saw("live"));
    return statement === undefined ? [] : [evidenceOf(look.lens, statement)];
  });
  const live = facts === undefined || saw("live") ? undefined : rule.against?.live?.(facts);
  return live === undefined ? found : [...found, evidenceOf("live", live)];
}

function evidenceOf(lens: Evidence["lens"], { message, at }: Statement): Evidence {
  return { lens, message, agrees: false, ...(at === undefined ? {} : { place: placeOfSite(at) }) };
}

function statementOf(
  one: RawFinding,
  look: Look,
  program: Program,
  isSeenLive: boolean,
): Statement | undefined {
  const view = sameView(one, look);
  const doubts = view?.holes ?? [];
  if (view !== undefined && one.rule.against?.app !== undefined)
    return one.rule.against.app({ view, program, doubts });
  if (!one.rule.lenses.includes(look.lens)) return undefined;
  // In a version that knows no such option the lens did not look for it, so it does not see it otherwise either.
  if (!look.views.some((other) => one.rule.express.includes(other.express))) return undefined;
  // The live lens looks at the whole from outside: only a rule of its own knows what that says about one place.
  if (one.lens === "live") return undefined;
  // What is answered is so, whatever the stack does not tell of it: it knows nothing by the names of packages.
  if (look.lens === "stack" && isSeenLive) return undefined;
  return silence(one, look, view);
}

/** A lens that looked at the same thing and has nothing to say about it. */
function silence(one: RawFinding, look: Look, view: AppView | undefined): Statement | undefined {
  const message = SAYS_OTHERWISE[look.lens];
  const call = one.rule.call === undefined ? undefined : sameCall(one, look);
  if (call !== undefined) return isLeftOpen(call) ? undefined : { at: call.site, message };
  // A rule about calls has none to look at here. One about apps may be silent about a source for what it could not see there.
  const isJudged = one.rule.app !== undefined && one.rule.call === undefined && look.lens === "stack";
  return isJudged && view !== undefined && view.endpoints.length > 0 ? { message } : undefined;
}

const SAYS_OTHERWISE = {
  source: "The source does not show this: what is written and what runs differ.",
  stack:
    "The running app does not show this: the options or the order in effect differ from what the source says.",
} as const;

/** What is written leaves the value to the environment: that of the running app is one of those it allows. */
const isLeftOpen = ({ args }: PackageCall): boolean => args.some((one) => isUndecided(one, MAX_DEPTH));

/** Options of packages are objects in objects, seldom more. */
const MAX_DEPTH = 4;

function isUndecided(value: Value, depth: number): boolean {
  if (depth === 0 || /^(?:env|fallback|either|unknown)$/.test(value.k)) return true;
  if (value.k === "obj")
    return value.open || [...value.props.values()].some((one) => isUndecided(one, depth - 1));
  return value.k === "arr" && (value.open || value.items.some((one) => isUndecided(one, depth - 1)));
}

/** The same app in the other lens; for what was seen from outside, the only app there is. */
function sameView(one: RawFinding, { views }: Look): AppView | undefined {
  const whole = views.filter((view) => !view.partial);
  if (one.view !== undefined) return whole.find((view) => view.app.id === one.view?.app.id);
  return one.lens === "live" && whole.length === 1 ? whole[0] : undefined;
}

function sameCall(one: RawFinding, { calls }: Look): PackageCall | undefined {
  const same = calls.filter((call) => one.rule.call?.names.includes(call.name) === true);
  const place = placeOf(one);
  const around = same.find((call) => place !== undefined && isWithin(place, placeOfSite(call.site)));
  if (around !== undefined) return around;
  const [only, ...more] = same;
  // Options may be written far above the call that takes them: with a single call there is no doubt whose they are.
  return more.length === 0 && (place === undefined || place.file === only?.site.module.path)
    ? only
    : undefined;
}

const placeOf = ({ problem: { at } }: RawFinding): Place | undefined => toPlace(at);

/** The calls into packages that the set-up makes, for the rules that judge such calls. */
export function callsOf(program: Program, rules: readonly Rule[]): readonly PackageCall[] {
  const wanted = new Set(rules.flatMap((rule) => rule.call?.names ?? []));
  return program.machine.calls.flatMap(({ call }): PackageCall[] => {
    const root = call.callee.k === "pkg" ? rootPackage(call.callee) : undefined;
    const name = root === undefined ? "" : nameOf(root).replace(/\.default\b/, "");
    const express = program.packages.expressFor(call.site.module.path);
    return wanted.has(name) ? [{ name, args: call.args, site: call.site, express }] : [];
  });
}
