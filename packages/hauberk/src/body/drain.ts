import type { IncomingMessage } from "node:http";

/** Larger than a photograph or a scanned letter that was chosen by mistake. */
const DRAIN_BYTES = 64 * 1024 * 1024;
const DRAIN_MS = 30_000;
/** A client that has stopped sending waits for the answer. */
const IDLE_MS = 3000;

export interface DrainBounds {
  readonly maxBytes: number;
  readonly maxMs: number;
  readonly idleMs: number;
}

const BOUNDS: DrainBounds = { maxBytes: DRAIN_BYTES, maxMs: DRAIN_MS, idleMs: IDLE_MS };

/**
 * Reads the rest of a refused upload and throws it away, up to a bound.
 *
 * A browser reads the answer once it has sent everything. If the connection is closed before, it shows "connection
 * reset" instead of the page that says which file was too large.
 *
 * @see RFC 9112 section 9.6
 */
export function drain(req: IncomingMessage, bounds: DrainBounds = BOUNDS): Promise<void> {
  const { maxBytes, maxMs, idleMs } = bounds;
  if (req.complete || req.destroyed || Number(req.headers["content-length"] ?? 0) > maxBytes) {
    req.resume();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    let drained = 0;
    const stop = (): void => {
      clearTimeout(deadline);
      clearTimeout(idle);
      req.off("data", count).off("end", stop).off("close", stop).off("error", stop);
      // Left flowing: what stays in Node's buffers would hold the memory until the connection is gone.
      req.resume();
      resolve();
    };
    const count = (chunk: Buffer): void => {
      drained += chunk.length;
      idle.refresh();
      if (!(drained <= maxBytes)) stop();
    };
    const deadline = setTimeout(stop, maxMs);
    const idle = setTimeout(stop, idleMs);
    req.on("data", count).on("end", stop).on("close", stop).on("error", stop).resume();
  });
}
