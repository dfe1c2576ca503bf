import type { Server } from "node:http";
import type { Socket } from "node:net";
import { emitEvent } from "../events/index.ts";
import { addressKey } from "../limit/key.ts";
import { normalizeAddress } from "../origin/client.ts";
import type { TrustPeer } from "../origin/options.ts";

/**
 * Refuses connections of an address beyond its share, so that one slow client cannot hold every descriptor.
 *
 * @param trust who is a declared proxy: all clients come through it, so it is not counted
 */
export function capConnections(server: Server, perAddress: number, trust: TrustPeer | undefined): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = normalizeAddress(socket.remoteAddress ?? "");
    if (address === undefined || trust?.(address, 0) === true) return;
    const key = addressKey(address);
    const count = (open.get(key) ?? 0) + 1;
    if (!(count <= perAddress)) {
      emitEvent("server.connection-refused", { because: "address-has-too-many", clientAddress: address });
      socket.destroy();
      return;
    }
    open.set(key, count);
    socket.once("close", () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    });
  });
}
