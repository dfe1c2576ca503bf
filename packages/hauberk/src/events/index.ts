import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { inspect } from "node:util";
import { findContext } from "../internal/context.ts";

/**
 * The names of all security events; each is a `node:diagnostics_channel` called `hauberk:<name>`.
 * docs/guide/events.md says when each is sent.
 */
export const SECURITY_EVENT_NAMES = [
  "origin.refused",
  "origin.proxy-mismatch",
  "redirect.refused",
  "query.refused",
  "csrf.refused",
  "csrf.observed",
  "body.refused",
  "limit.refused",
  "limit.store-failed",
  "login.throttled",
  "request.refused",
  "request.failed",
  "request.malformed",
  "browser.reported",
  "reports.store-failed",
  "session.cookie-rejected",
  "session.started",
  "session.rotated",
  "session.ended",
  "session.write-dropped",
  "session.store-failed",
  "session.store-recovered",
  "server.privileges-dropped",
  "server.connection-refused",
  "server.draining",
  "server.drain-cut",
  "server.failed",
  "server.overloaded",
  "server.reload-failed",
  "server.reloaded",
  "server.worker-replaced",
  "server.certificate-reloaded",
  "server.certificate-rejected",
] as const;

export type SecurityEventName = (typeof SECURITY_EVENT_NAMES)[number];

/** One thing that happened, with what a log line needs and no secret: no cookie, token, body or query string. */
export interface SecurityEvent {
  readonly name: SecurityEventName;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** The code the client saw, where it saw one. */
  readonly code?: string;
  /** The exact reason, which the client is not told. */
  readonly because?: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly method?: string;
  readonly path?: string;
  readonly clientAddress?: string;
  readonly userId?: string;
  /** What was thrown, for `request.failed` and `session.store-failed`. */
  readonly error?: unknown;
}

type Details = Partial<Omit<SecurityEvent, "name" | "at">>;

const channels = new Map(SECURITY_EVENT_NAMES.map((name) => [name, channel(`hauberk:${name}`)]));

/** Sends one event; costs one look-up when nobody listens. */
export function emitEvent(name: SecurityEventName, details: Details): void {
  const target = channels.get(name);
  if (target?.hasSubscribers === true) target.publish({ name, at: new Date().toISOString(), ...details });
}

/** Sends one event about a request, with the request's own facts filled in. */
export function emitRequestEvent(name: SecurityEventName, req: IncomingMessage, details: Details): void {
  if (channels.get(name)?.hasSubscribers !== true) return;
  const context = findContext(req);
  const facts = {
    requestId: context?.requestId,
    method: context?.method,
    clientAddress: context?.clientAddress,
  };
  emitEvent(name, { ...definedOnly(facts), path: pathOf(req.url), ...details });
}

/** True when somebody listens: an error nobody would hear of is written to standard error instead. */
export function hasListeners(name: SecurityEventName): boolean {
  return channels.get(name)?.hasSubscribers === true;
}

/**
 * Calls the listener for every security event of this process.
 *
 * Use it once, at start, to write them to your log. The listener runs inside the request, so it must be quick. When it
 * fails, that is written to standard error and the request goes on.
 *
 * @returns a function that stops listening
 * @example const stop = onSecurityEvent((event) => logger.warn(event, event.name));
 */
export function onSecurityEvent(listener: (event: SecurityEvent) => void): () => void {
  const receive = (message: unknown): void => callSafely(listener, message as SecurityEvent);
  for (const name of SECURITY_EVENT_NAMES) subscribe(`hauberk:${name}`, receive);
  return () => {
    for (const name of SECURITY_EVENT_NAMES) unsubscribe(`hauberk:${name}`, receive);
  };
}

/** Node ends the process for a subscriber that throws: whoever can cause an event could then stop the server. */
function callSafely(listener: (event: SecurityEvent) => unknown, event: SecurityEvent): void {
  const tell = (failure: unknown): void => {
    process.stderr.write(`hauberk: the listener for ${event.name} failed: ${inspect(failure)}\n`);
  };
  try {
    const result = listener(event);
    if (result instanceof Promise) result.catch(tell);
  } catch (failure) {
    tell(failure);
  }
}

/**
 * The path without its query string, which may hold what must not be logged, cut to a sane length. Without control
 * characters: a log that is read in a terminal or line by line must not be the client's to draw in.
 */
function pathOf(url = ""): string {
  const target = url.slice(0, 2048).replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const path = target.replace(/[?#].*$/s, "").replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "");
  return (path === "" && url !== "" ? "/" : path).slice(0, 512);
}

function definedOnly(facts: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
