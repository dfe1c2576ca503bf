import { toPlace } from "../rules/places.ts";
import type { RawFinding, RawUnchecked } from "./context.ts";

/**
 * The same without the tree it was found in, which can be given back then. `part` tells the apps of one part of the project
 * from those of the others.
 */
export function settled({ call: _call, view, ...one }: RawFinding, part: string): RawFinding {
  const { problem } = one;
  return {
    ...one,
    view: undefined,
    ...(view === undefined ? {} : { root: `${part}:${String(view.app.id)}` }),
    problem: {
      ...problem,
      at: toPlace(problem.at),
      ...(problem.related && {
        related: problem.related.map(({ at, message }) => ({ at: toPlace(at), message })),
      }),
    },
  };
}

export function settledUnchecked(one: RawUnchecked): RawUnchecked {
  return { ...one, at: toPlace(one.at), view: undefined };
}
