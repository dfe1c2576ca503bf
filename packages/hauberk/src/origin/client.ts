import { isIP } from "node:net";
import type { TrustPeer } from "./options.ts";

/**
 * The address of the client: the first one, counted from this process outwards, that is not a trusted proxy's.
 *
 * Right-most semantics: a proxy appends what it saw, so everything left of the first untrusted address is hearsay.
 *
 * @param peer the socket's own peer
 * @param forwardedFor the X-Forwarded-For header as received, or undefined
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trust: TrustPeer): string {
  let address = peer;
  if (forwardedFor === undefined) return address;
  const hops = forwardedFor.split(",");
  for (let index = 0; trust(address, index) && index < hops.length; index++) {
    const next = normalizeAddress((hops[hops.length - 1 - index] ?? "").trim());
    // "unknown", "_hidden" or garbage: the last address we can believe is the one before it.
    if (next === undefined) return address;
    address = next;
  }
  return address;
}

/** One spelling an address: IPv4-mapped IPv6 becomes IPv4, brackets and ports of sloppy proxies are cut. */
export function normalizeAddress(text: string): string | undefined {
  const bare = text.replace(/^\[([^\]]*)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  const unmapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  if (isIP(unmapped) === 0 || unmapped.includes("%")) return undefined;
  return unmapped.toLowerCase();
}

/** The value the nearest proxy added: the last one in the list. */
export function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(",") + 1).trim();
}
