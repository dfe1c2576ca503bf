import { isIP, SocketAddress } from "node:net";
import type { TrustPeer } from "./options.ts";

/**
 * The address of the client: the first one, counted from this process outwards, that is not a trusted proxy's.
 *
 * Right-most semantics: a proxy appends what it saw, so everything left of the first untrusted address is hearsay.
 *
 * @param peer the socket's own peer
 * @param hops the addresses the proxies wrote, oldest first
 */
export function clientAddress(peer: string, hops: readonly string[], trust: TrustPeer): string {
  let address = peer;
  for (let index = 0; index < hops.length && trust(address, index); index++) {
    const next = normalizeAddress((hops[hops.length - 1 - index] ?? "").trim());
    // "unknown", "_hidden" or garbage: the last address we can believe is the one before it.
    if (next === undefined) return address;
    address = next;
  }
  return address;
}

/**
 * One spelling an address, the one the operating system writes; IPv4-mapped IPv6 becomes IPv4, brackets and ports of
 * sloppy proxies are cut.
 *
 * @returns undefined when it is no address, or has a zone: "fe80::1%eth0" means something on one machine only
 */
export function normalizeAddress(text: string): string | undefined {
  const bare = text.replace(/^\[([^\]]*)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  const family = isIP(bare);
  if (family === 4) return bare;
  if (family === 0 || bare.includes("%")) return undefined;
  const { address } = new SocketAddress({ address: bare, family: "ipv6" });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** The value the nearest proxy added: the last one in the list. */
export function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(",") + 1).trim();
}
