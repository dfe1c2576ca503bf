import { isIPv6 } from "node:net";
import { remember } from "../internal/remember.ts";

/** What an IPv6 client is given as a whole by most networks: a machine, or one network of a household. */
export const IPV6_PREFIX_LENGTH = 64;

/**
 * Makes the function that says what a client is counted under: an IPv4 address, or the network of an IPv6 client.
 * Counting single IPv6 addresses would give everybody 2^64 fresh ones.
 *
 * @param prefixLength how many bits of an IPv6 address tell one client from another, 32 to 64
 * @see RFC 6177; https://www.ripe.net/publications/docs/ripe-690/
 */
export function addressKeyBy(prefixLength: number): (address: string) => string {
  return remember((address) => keyOfAddress(address, prefixLength));
}

/** Under an IPv4 address or a /64. */
export const addressKey: (address: string) => string = addressKeyBy(IPV6_PREFIX_LENGTH);

function keyOfAddress(address: string, prefixLength: number): string {
  if (!isIPv6(address)) return address;
  // As a dual-stack socket writes IPv4: all of them in one network would be one client.
  if (address.startsWith("::ffff:") && address.includes(".")) return address.slice("::ffff:".length);
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  const network = groups.slice(0, 4).map((group, at) => maskedGroup(group, prefixLength - at * 16));
  return `${network.join(":")}::/${prefixLength}`;
}

/** A group of 16 bits without those beyond the prefix: "7ab" of which 8 bits count is "700". */
function maskedGroup(group: string, bits: number): string {
  const kept = Math.max(0, Math.min(16, bits));
  return (Number.parseInt(group, 16) & (0xffff << (16 - kept)) & 0xffff).toString(16);
}
