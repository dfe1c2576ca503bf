import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express, Request } from "express";
import type { Logger } from "pino";

const STARTED = "http.server.request.start";
const MAX_PATH_LENGTH = 512;

/**
 * Writes one line for every request this application answered, also the ones refused before any route: with request id,
 * path without query string, status and duration.
 *
 * It listens to Node's own channel instead of being a middleware, so nothing has to be mounted in front of the pipeline.
 * @returns a function that stops it
 */
export function logAccess(app: Express, logger: Logger): () => void {
  const onStart = (message: unknown): void => {
    if (!isExchange(message)) return;
    const { request, response } = message;
    const startedAtMs = performance.now();
    response.once("close", () => {
      // Another application of this process answered it.
      if (!isRequestOf(app, request)) return;
      logger.info(
        {
          requestId: request.id,
          method: request.method,
          path: pathOf(request.originalUrl),
          status: response.statusCode,
          durationMs: Math.round((performance.now() - startedAtMs) * 10) / 10,
          clientAddress: request.clientAddress,
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        "request",
      );
    });
  };
  // Node publishes only once somebody has asked for the channel.
  channel(STARTED);
  subscribe(STARTED, onStart);
  return () => {
    unsubscribe(STARTED, onStart);
  };
}

/** A query string may hold what must not be logged, such as a token somebody put into a link. */
export function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, "").slice(0, MAX_PATH_LENGTH);
}

function isExchange(message: unknown): message is { request: IncomingMessage; response: ServerResponse } {
  return message instanceof Object && "request" in message && "response" in message;
}

function isRequestOf(app: Express, request: IncomingMessage): request is Request {
  return "app" in request && request.app === app;
}
