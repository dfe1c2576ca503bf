/** The caller's part of a trace, as its header says. A claim: good for joining log lines, never for a decision. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** The caller's own step: 16 lower-case hexadecimal digits, not all zero. */
  readonly spanId: string;
  /** Whether the caller may have recorded its step. */
  readonly sampled: boolean;
}

/** Version, trace id, parent id, flags; a later version may add fields, and only after another dash. */
const FORM =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-[\x20-\x7e]*)?$/;
/** Nobody's later version needs more. */
const MAX_LENGTH = 512;
const VERSION_0_LENGTH = 55;
const SAMPLED = 1;

/**
 * Reads a `traceparent` header to the letter; anything else is nothing, and a new trace begins.
 *
 * Pure. What it returns is safe in a log line and in a header: hexadecimal digits and nothing else.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(header: unknown): TraceParent | undefined {
  if (typeof header !== "string" || header.length > MAX_LENGTH) return undefined;
  const [, version, traceId = "", spanId = "", flags = ""] = FORM.exec(header) ?? [];
  if (version === undefined) return undefined;
  // Version 00 has four fields: a fifth is how somebody tries what else we would write into a log.
  if (version === "00" && header.length !== VERSION_0_LENGTH) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}
