import { readPart, type PartSeen, type ReadParts } from "../engine/read-parts.ts";
import { Budget } from "../model/budget.ts";
import type { Project } from "../model/project.ts";
import type { ProjectPart } from "../model/project-parts.ts";
import type { Rule } from "../rules/rule.ts";
import { Claims } from "./claims.ts";
import type { Helper } from "./helper.ts";

/** Reads parts in this thread, and in the helping one where there is one: each takes the next when it is through with one. */
export function readShared(
  project: Project,
  rules: readonly Rule[],
  helper: Helper | undefined,
  onRead: () => void = () => undefined,
): ReadParts {
  return async (parts) => {
    const order = heaviestFirst(parts, project);
    const claims = new Claims();
    const asked =
      parts.length > 1 && helper?.helps === true
        ? helper.readParts(project, rules, order, claims)
        : undefined;
    const seen = readClaimed(project, rules, order, claims, onRead);
    if (seen.size < parts.length) for (const [at, one] of (await asked) ?? []) seen.set(at, one);
    return parts.map((part) => {
      const at = order.indexOf(part);
      // What the other thread took and did not bring back.
      return seen.get(at) ?? readPart(project, rules, part, Budget.forEachOf(parts.length), onRead);
    });
  };
}

/** Reads the parts that this thread gets; the same list has to be given to each thread. */
export function readClaimed(
  project: Project,
  rules: readonly Rule[],
  parts: readonly ProjectPart[],
  claims: Claims,
  onRead: () => void = () => undefined,
): Map<number, PartSeen> {
  const seen = new Map<number, PartSeen>();
  for (let at = claims.next(), part = parts[at]; part !== undefined; at = claims.next(), part = parts[at])
    seen.set(at, readPart(project, rules, part, Budget.forEachOf(parts.length), onRead));
  return seen;
}

/** A heavy one at the end would keep one thread waiting for the other. */
function heaviestFirst(parts: readonly ProjectPart[], { files }: Project): readonly ProjectPart[] {
  const weights = new Map(
    parts.map((part) => [part, part.reads.reduce((sum, path) => sum + (files.read(path)?.length ?? 0), 0)]),
  );
  return parts.toSorted((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
}
