/** What three handshakes were answered with: each a status, or `undefined` where there was no answer. */
export interface Handshakes {
  /** As the app's own page makes it, with the visitor's cookies. */
  readonly own: number | undefined;
  /** As another site's page makes it, with the visitor's cookies. */
  readonly foreign: number | undefined;
  /** As another site's page makes it, for a visitor without cookies. */
  readonly bare: number | undefined;
}

export type SocketVerdict = "none" | "checked" | "public" | "open";

/**
 * Whether another site may open this WebSocket as the visitor. Pure.
 *
 * `open` only where the cookies were what opened it: a socket that takes everybody may be meant for everybody (`public`).
 * See RFC 6455 section 10.2.
 */
export function decideSocket({ own, foreign, bare }: Handshakes): SocketVerdict {
  if (own !== SWITCHING) return "none";
  if (foreign !== SWITCHING) return "checked";
  return bare === SWITCHING ? "public" : "open";
}

const SWITCHING = 101;
