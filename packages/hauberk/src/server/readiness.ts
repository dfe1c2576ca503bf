import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** Whether a server wants new visitors. */
export interface Readiness {
  ready: boolean;
}

const byPeer = new WeakMap<Socket, Readiness>();

/** Notes which server a request came through, for a route that asks later. */
export function noteReadiness(socket: Socket, readiness: Readiness): void {
  byPeer.set(socket, readiness);
}

/** False from the moment the server this request came through began to shut down. */
export function serverIsReady(req: IncomingMessage): boolean {
  return byPeer.get(req.socket)?.ready ?? true;
}
