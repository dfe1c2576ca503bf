import type { NextFunction, Request, RequestHandler, Response } from "express";

/** Several middlewares as one. */
export interface Ordered extends RequestHandler {
  /** As an `express.Router()` shows its own, for whatever lists the middleware of an app. Frozen. */
  readonly stack: readonly { readonly name: string; readonly handle: RequestHandler }[];
}

/**
 * Makes one middleware of several: each runs when the one before it has called `next()`. As layers of their own they would
 * cost a third of a microsecond more each, as a router looks the path of every request up for every layer.
 */
export function inOrder(...steps: readonly RequestHandler[]): Ordered {
  const protections: RequestHandler = (req, res, next) => {
    runFrom(0, steps, req, res, next);
  };
  const stack = steps.map((handle) => Object.freeze({ name: handle.name, handle }));
  return Object.defineProperty(protections, "stack", { value: Object.freeze(stack) }) as Ordered;
}

function runFrom(
  at: number,
  steps: readonly RequestHandler[],
  req: Request,
  res: Response,
  next: NextFunction,
): void {
  const step = steps[at];
  if (step === undefined) return next();
  try {
    const pending: unknown = step(req, res, (error?: unknown) => {
      if (error === undefined || error === null) runFrom(at + 1, steps, req, res, next);
      else stop(next, error);
    });
    if (pending instanceof Promise) pending.catch((error: unknown) => stop(next, error));
  } catch (error) {
    // A step that the one before it called from a promise: nobody else would catch this, and the process would end.
    stop(next, error);
  }
}

/**
 * Nothing behind the step that failed may run. A router goes on to its routes at `throw undefined`, `next(0)` and
 * `next("route")`: a POST would reach them without a session, a token or a limit.
 */
function stop(next: NextFunction, error: unknown): void {
  const isPassedOver = !error || error === "route" || error === "router";
  next(isPassedOver ? new TypeError(`a protection failed with ${String(error)}, which is no error`) : error);
}
