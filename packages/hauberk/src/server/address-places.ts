import { emitEvent } from "../events/index.ts";
import { addressKey } from "../limit/key.ts";
import { normalizeAddress } from "../origin/client.ts";
import type { TrustPeer } from "../origin/options.ts";

/** How many connections each address holds, so that one slow client cannot hold every descriptor. */
export class AddressPlaces {
  readonly #max: number;
  readonly #trust: TrustPeer | undefined;
  readonly #held = new Map<string, { count: number; refusedAtMs: number }>();

  constructor(max: number, trust: TrustPeer | undefined) {
    this.#max = max;
    this.#trust = trust;
  }

  /** What a peer is counted under; undefined for a declared proxy, through which everybody comes. */
  keyOf(remoteAddress: string): string | undefined {
    const address = normalizeAddress(remoteAddress);
    return address === undefined || this.#trust?.(address, 0) === true ? undefined : addressKey(address);
  }

  /** False when the address has its share already. */
  take(key: string): boolean {
    const place = this.#held.get(key) ?? { count: 0, refusedAtMs: Number.NEGATIVE_INFINITY };
    if (place.count + 1 <= this.#max) {
      place.count += 1;
      this.#held.set(key, place);
      return true;
    }
    // One event a second: somebody who opens connections all day must not fill the log's disk.
    if (performance.now() - place.refusedAtMs >= 1000) {
      place.refusedAtMs = performance.now();
      emitEvent("server.connection-refused", { because: "address-has-too-many", clientAddress: key });
    }
    return false;
  }

  leave(key: string): void {
    const place = this.#held.get(key);
    if (place === undefined) return;
    place.count -= 1;
    if (place.count <= 0) this.#held.delete(key);
  }
}
