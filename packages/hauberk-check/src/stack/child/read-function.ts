import type { StackFunction } from "../facts.ts";
import { behaviourOf, mayRefuseForged, refusesForged, worthCalling } from "./behaviour.ts";
import { limitsRequests, mayLimit } from "./limits.ts";
import { readArguments } from "./options.ts";
import { packageOf } from "./packages.ts";
import { nameOf, type Reader } from "./reader.ts";
import { isApp } from "./shapes.ts";

/** One function a request passes: where it is from, what it was made with, what it does to headers. */
export async function readFunction(reader: Reader, fn: unknown, depth: number): Promise<StackFunction> {
  const at = reader.engine.locate(fn);
  const pkg = at === undefined ? undefined : packageOf(at.file);
  const args = pkg === undefined ? undefined : readArguments(pkg, fn, reader.engine);
  const arity = (fn as { length?: number }).length ?? 0;
  const behaviour = worthCalling(fn, pkg)
    ? await behaviourOf(fn, { request: reader.app.request, response: reader.app.response })
    : undefined;
  const prototypes = { request: reader.app.request, response: reader.app.response };
  return {
    name: nameOf(fn),
    arity,
    at,
    package: pkg,
    args,
    headers: behaviour?.headers,
    removesPoweredBy: behaviour?.removesPoweredBy ?? false,
    limits:
      args === undefined && mayLimit(fn, pkg) && (await limitsRequests(fn, prototypes, reader.mayExhaust)),
    refusesForged: args === undefined && mayRefuseForged(fn, pkg) && (await refusesForged(fn, prototypes)),
    inner: args === undefined && pkg !== undefined && depth < 3 ? await innerOf(reader, fn, depth) : [],
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
