import type { Server } from "node:net";
import { emitEvent } from "../events/index.ts";
import { takeActivatedSockets } from "./activation.ts";
import { bind, preparePlace } from "./bind.ts";
import type { Place } from "./place.ts";
import { dropPrivileges, type Identity } from "./privileges.ts";

/**
 * Binds all places and gives root up; whatever fails closes what was open already.
 *
 * @throws {ConfigError} `PORT_IN_USE`, `PERMISSION_DENIED`, `ADDRESS_UNAVAILABLE`, `ACTIVATION_MISSING`, `PRIVILEGES_KEPT`
 */
export async function openPlaces(
  servers: readonly Server[],
  places: readonly Place[],
  identity: Identity | undefined,
): Promise<void> {
  const handedOver = places.filter(({ kind }) => kind === "descriptor").length;
  if (handedOver > 0) takeActivatedSockets(handedOver);
  try {
    const prepared = await Promise.all(places.map(preparePlace));
    // From here to the drop the loop does not turn: nothing can be accepted as root.
    for (const [index, place] of prepared.entries()) {
      const server = servers[index];
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a failure leaves nothing behind
      if (server !== undefined) await bind(server, place, identity);
    }
    if (identity === undefined) return;
    dropPrivileges(identity);
    emitEvent("server.privileges-dropped", { because: `uid ${identity.uid}, gid ${identity.gid}` });
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
}
