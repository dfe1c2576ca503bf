import type { StackFunction } from "../facts.ts";
import { behaviourOf, mayRefuseForged, refusesForged, worthCalling } from "./behaviour.ts";
import { limitsRequests, mayLimit } from "./limits.ts";
import { readArguments } from "./options.ts";
import { packageOf } from "./packages.ts";
import { keepsSessions, mayKeepSessions } from "./sessions.ts";
import { nameOf, type Reader } from "./reader.ts";
import { isApp } from "./shapes.ts";

/**
 * One function a request passes: where it is from, what it was made with, what it does to a request that goes nowhere.
 * `answers` says that it is the last of a route: that one does what the route is for, and is never called.
 */
export async function readFunction(
  reader: Reader,
  fn: unknown,
  depth: number,
  answers: boolean = false,
): Promise<StackFunction> {
  const at = reader.engine.locate(fn);
  const pkg = at === undefined ? undefined : packageOf(at.file);
  const args = pkg === undefined ? undefined : readArguments(pkg, fn, reader.engine);
  const seen = answers ? NOT_CALLED : await watch(reader, fn, pkg, args === undefined);
  return {
    name: nameOf(fn),
    arity: (fn as { length?: number }).length ?? 0,
    at,
    package: pkg,
    args,
    ...seen,
    inner: args === undefined && pkg !== undefined && depth < 3 ? await innerOf(reader, fn, depth) : [],
  };
}

type Seen = Pick<
  StackFunction,
  "headers" | "removesPoweredBy" | "limits" | "refusesForged" | "keepsSessions"
>;

const NOT_CALLED: Seen = {
  headers: undefined,
  removesPoweredBy: false,
  limits: false,
  refusesForged: false,
  keepsSessions: false,
};

/** Calls it as far as that is worth something and does no harm; what a reader of options knows needs no call. */
async function watch(
  reader: Reader,
  fn: unknown,
  pkg: string | undefined,
  isUnknown: boolean,
): Promise<Seen> {
  const prototypes = { request: reader.app.request, response: reader.app.response };
  const behaviour = worthCalling(fn, pkg) ? await behaviourOf(fn, prototypes) : undefined;
  const seen = {
    ...NOT_CALLED,
    headers: behaviour?.headers,
    removesPoweredBy: behaviour?.removesPoweredBy ?? false,
  };
  if (!isUnknown) return seen;
  return {
    ...seen,
    limits: mayLimit(fn, pkg) && (await limitsRequests(fn, prototypes, reader.mayExhaust)),
    refusesForged: mayRefuseForged(fn, pkg) && (await refusesForged(fn, prototypes)),
    // It writes records into a store: not where the app goes on living.
    keepsSessions: reader.mayExhaust && mayKeepSessions(fn, pkg) && (await keepsSessions(fn, prototypes)),
  };
}

/** `wrap(handler)`: what a package's wrapper closes over and could call with a request. */
async function innerOf(reader: Reader, fn: unknown, depth: number): Promise<readonly StackFunction[]> {
  const found: StackFunction[] = [];
  for (const one of reader.engine.variables(fn).values()) {
    if (typeof one !== "function" || one === fn || isApp(one) || one.length < 2 || one.length > 4) continue;
    const at = reader.engine.locate(one);
    if (
      at === undefined ||
      (packageOf(at.file) !== undefined &&
        readArguments(packageOf(at.file) ?? "", one, reader.engine) === undefined)
    )
      continue;
    found.push(await readFunction(reader, one, depth + 1));
  }
  return found;
}
