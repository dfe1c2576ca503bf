import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { parseTraceparent } from "./parse.ts";

export { parseTraceparent, type TraceParent } from "./parse.ts";

/** Where a request stands in a trace. */
export interface Trace {
  /** Shared by everything that one click caused, in all services: 32 hexadecimal digits. */
  readonly traceId: string;
  /** This request's own step: 16 hexadecimal digits, always made here. */
  readonly spanId: string;
  /** The caller's step; undefined when the trace begins here. */
  readonly parentId: string | undefined;
  readonly sampled: boolean;
}

const traces = new WeakMap<IncomingMessage, Trace>();

/**
 * Says which trace a request belongs to: the caller's, if its `traceparent` header is right to the letter, else a new one.
 *
 * Use it for log lines. The ids of others are claims: they join lines, and decide nothing. Costs nothing until it is
 * called, and gives the same answer for the same request.
 *
 * @see https://www.w3.org/TR/trace-context/
 * @example logger.info({ requestId: req.id, traceId: traceOf(req).traceId }, "order placed");
 */
export function traceOf(req: IncomingMessage): Trace {
  const known = traces.get(req);
  if (known !== undefined) return known;
  // Two headers arrive as one text with a comma in it, which is no traceparent.
  const parent = parseTraceparent(req.headers["traceparent"]);
  const random = randomBytes(24).toString("hex");
  const trace: Trace = {
    traceId: parent?.traceId ?? random.slice(0, 32),
    spanId: random.slice(32),
    parentId: parent?.spanId,
    sampled: parent?.sampled ?? false,
  };
  traces.set(req, trace);
  return trace;
}

/**
 * The header that hands the trace on to a service this request calls. What the caller sent is never passed on as it is:
 * ids and one flag are written anew, and `tracestate`, free text of the caller's, is dropped.
 *
 * @example await fetch("https://prices.internal/", { headers: { ...traceHeaders(req), accept: "application/json" } });
 */
export function traceHeaders(req: IncomingMessage): { readonly traceparent: string } {
  const { traceId, spanId, sampled } = traceOf(req);
  return { traceparent: `00-${traceId}-${spanId}-${sampled ? "01" : "00"}` };
}
