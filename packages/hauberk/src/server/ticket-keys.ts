import { randomBytes } from "node:crypto";

const TICKET_KEY_MS = 12 * 3_600_000;

/** 48 bytes as Node wants them, in base64, so that they can be sent to a worker. */
export function newTicketKeys(): string {
  return randomBytes(48).toString("base64");
}

/**
 * Whoever gets hold of a ticket key reads all sessions that were resumed with it: twice a day there is a new one.
 *
 * @returns a function that stops it
 * @see RFC 9325 section 4.3
 */
export function rotateTicketKeys(use: (keys: string) => void, everyMs: number = TICKET_KEY_MS): () => void {
  const timer = setInterval(() => use(newTicketKeys()), everyMs).unref();
  return () => clearInterval(timer);
}
