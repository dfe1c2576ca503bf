import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express, Request } from "express";

/** A request this application answered, once nothing more will be sent. */
export interface Exchange {
  readonly request: Request;
  readonly response: ServerResponse;
  readonly durationMs: number;
}

const STARTED = "http.server.request.start";

/**
 * Calls the listener for every request this application answered, also the ones refused before any route.
 *
 * It listens to Node's own channel instead of being a middleware, so nothing has to be mounted in front of the pipeline.
 * @returns a function that stops it
 */
export function watchExchanges(app: Express, listener: (exchange: Exchange) => void): () => void {
  const onStart = (message: unknown): void => {
    if (!isPair(message)) return;
    const { request, response } = message;
    const startedAtMs = performance.now();
    response.once("close", () => {
      // Another application of this process answered it.
      if (!isRequestOf(app, request)) return;
      listener({ request, response, durationMs: performance.now() - startedAtMs });
    });
  };
  // Node publishes only once somebody has asked for the channel.
  channel(STARTED);
  subscribe(STARTED, onStart);
  return () => {
    unsubscribe(STARTED, onStart);
  };
}

function isPair(message: unknown): message is { request: IncomingMessage; response: ServerResponse } {
  return message instanceof Object && "request" in message && "response" in message;
}

function isRequestOf(app: Express, request: IncomingMessage): request is Request {
  // The server refuses some itself, such as one with 250 header fields: it is the app's by its prototype, and has nothing
  // yet that Express gives to a request. The toolkit's events tell of those.
  return "app" in request && request.app === app && "originalUrl" in request;
}
