import { readPart, type PartSeen, type ReadParts } from "../engine/read-parts.ts";
import { Budget } from "../model/budget.ts";
import type { Project } from "../model/project.ts";
import type { ProjectPart } from "../model/project-parts.ts";
import type { Rule } from "../rules/rule.ts";
import { Claims } from "./claims.ts";
import type { Helper } from "./helper.ts";

/** What parts besides the heaviest have to hold: a thread that is cold costs a second of processor time before it helps. */
const HELP_FROM_CHARACTERS = 2_000_000;

/** Reads parts in this thread, and in the helping one where there is one: each takes the next when it is through with one. */
export function readShared(
  project: Project,
  rules: readonly Rule[],
  helper: Helper | undefined,
  onRead: (done: number) => void,
  helpFromCharacters: number = HELP_FROM_CHARACTERS,
): ReadParts {
  return async (parts) => {
    const { order, rest } = helper === undefined ? { order: parts, rest: 0 } : heaviestFirst(parts, project);
    const claims = new Claims();
    const asked = rest < helpFromCharacters ? undefined : helper?.readParts(project, rules, order, claims);
    const seen = readClaimed(project, rules, order, claims, onRead);
    if (seen.size < parts.length) for (const [at, one] of (await asked) ?? []) seen.set(at, one);
    return parts.map((part) => {
      const at = order.indexOf(part);
      // What the other thread took and did not bring back.
      return seen.get(at) ?? readPart(project, rules, part, Budget.forEachOf(parts.length), () => undefined);
    });
  };
}

/** Reads the parts that this thread gets; the same list has to be given to each thread. */
export function readClaimed(
  project: Project,
  rules: readonly Rule[],
  parts: readonly ProjectPart[],
  claims: Claims,
  onRead: (done: number) => void = () => undefined,
): Map<number, PartSeen> {
  const seen = new Map<number, PartSeen>();
  const count = (): void => {
    onRead(claims.countRead());
  };
  for (let at = claims.next(), part = parts[at]; part !== undefined; at = claims.next(), part = parts[at])
    seen.set(at, readPart(project, rules, part, Budget.forEachOf(parts.length), count));
  return seen;
}

/** A heavy part at the end would keep one thread waiting for the other; `rest` is what all but the heaviest hold, in characters. */
function heaviestFirst(
  parts: readonly ProjectPart[],
  { files }: Project,
): { readonly order: readonly ProjectPart[]; readonly rest: number } {
  const weighed = parts
    .map((part) => ({
      part,
      weight: part.reads.reduce((sum, path) => sum + (files.read(path)?.length ?? 0), 0),
    }))
    .toSorted((a, b) => b.weight - a.weight);
  return {
    order: weighed.map(({ part }) => part),
    rest: weighed.slice(1).reduce((sum, { weight }) => sum + weight, 0),
  };
}
