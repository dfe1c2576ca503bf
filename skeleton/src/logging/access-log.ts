import { traceOf } from "hauberk/trace";
import type { Logger } from "pino";
import type { Exchange } from "../web/exchanges.ts";

const MAX_PATH_LENGTH = 512;

/** Writes one line for a request: with request id, trace, path without query string, status and duration. */
export function logExchange(logger: Logger, { request, response, durationMs }: Exchange): void {
  const { traceId, spanId, parentId } = traceOf(request);
  logger.info(
    {
      requestId: request.id,
      traceId,
      spanId,
      ...(parentId !== undefined && { parentId }),
      method: request.method,
      path: pathOf(request.originalUrl),
      status: response.statusCode,
      durationMs: Math.round(durationMs * 10) / 10,
      clientAddress: request.clientAddress,
      ...(response.writableFinished ? {} : { aborted: true }),
    },
    "request",
  );
}

/** A query string may hold what must not be logged, such as a token somebody put into a link. */
export function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, "").slice(0, MAX_PATH_LENGTH);
}
