import type { SecurityEvent } from "hauberk/events";
import type { Logger } from "pino";

/** Events that are part of normal use; every other one is a refusal or a failure. */
const ORDINARY: ReadonlySet<string> = new Set([
  "session.started",
  "session.rotated",
  "session.ended",
  "server.privileges-dropped",
  "server.certificate-reloaded",
  "server.draining",
]);

/** Writes one line per event of the toolkit: failures as errors, refusals as warnings. */
export function logSecurityEvent(logger: Logger, event: SecurityEvent): void {
  const { name, error, at: _loggedAnyway, ...facts } = event;
  const entry = { event: name, ...facts, ...(error === undefined ? {} : { err: error }) };
  if (error !== undefined) logger.error(entry, name);
  else if (ORDINARY.has(name)) logger.info(entry, name);
  else logger.warn(entry, name);
}
