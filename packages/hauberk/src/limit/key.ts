import { isIPv6 } from "node:net";

/**
 * What a client is counted under: an IPv4 address, or the /64 an IPv6 client was given as a whole.
 * Counting single IPv6 addresses would give everybody 2^64 fresh ones.
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  // As a dual-stack socket writes IPv4: all of them in one /64 would be one client.
  if (address.startsWith("::ffff:") && address.includes(".")) return address.slice("::ffff:".length);
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
