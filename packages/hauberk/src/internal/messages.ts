import { IncomingMessage, ServerResponse } from "node:http";
import type { ExtensibleApplication } from "./express-internals.ts";

/** What `http.createServer` makes requests and responses with. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * Constructors whose requests and responses are an app's from the start.
 *
 * Express gives each request another prototype when it arrives. An object whose prototype changed is slow for the rest of
 * its life; one that has the right prototype already is not changed.
 *
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
 * @example createServer(messageClasses(app), app);
 */
export function messageClasses(app: ExtensibleApplication): MessageClasses {
  return {
    IncomingMessage: withPrototype(IncomingMessage, app.request),
    ServerResponse: withPrototype(ServerResponse, app.response),
  };
}

function withPrototype<Class extends abstract new (...parameters: never[]) => object>(
  base: Class,
  prototype: object,
): Class {
  function Message(...parameters: unknown[]): unknown {
    return Reflect.construct(base, parameters, Message);
  }
  Message.prototype = prototype;
  return Message as unknown as Class;
}
