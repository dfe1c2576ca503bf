import type { RequestHandler } from "express";
import { contextOf, type RequestContext } from "../internal/context.ts";
import { compileCsp, type CompiledCsp } from "./build.ts";
import { buildCsp, type CspOptions } from "./csp.ts";

/**
 * Changes the policy for the routes it is mounted on; the rest of the app keeps its own. On a router and on one of its routes,
 * both changes hold, in the order in which they are reached.
 *
 * @throws {ConfigError} `CSP_INVALID` at start for what no policy could hold
 * @example app.get("/pay", csp({ add: { "frame-src": ["https://pay.example"] } }), showPayment);
 */
export function csp(options: CspOptions): RequestHandler {
  const call = "csp()";
  // What a removal takes away depends on the app's policy; everything else is wrong already now.
  buildCsp({ add: options.add, replace: options.replace }, call);
  const change = policyChange(options, call);
  return function routeCspMiddleware(req, _res, next) {
    change(contextOf(req));
    next();
  };
}

/** A change of the policy of single answers, built once for each policy it meets: the app's, or what another change made of it. */
export function policyChange(options: CspOptions, call: string): (context: RequestContext) => void {
  const compiled = new WeakMap<CompiledCsp, CompiledCsp>();
  return (context) => {
    const { headers } = context;
    if (headers === undefined) return;
    const before = context.csp ?? headers;
    let changed = compiled.get(before);
    if (changed === undefined) {
      // What the change before this one took away already may be taken away again.
      const missing = before === headers ? "refuse" : "ignore";
      changed = compileCsp(
        buildCsp(options, call, before.directives, missing),
        headers.trial,
        headers.reports,
      );
      compiled.set(before, changed);
    }
    context.csp = changed;
  };
}
