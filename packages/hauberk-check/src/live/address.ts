import dns from "node:dns";
import type { LookupFunction } from "node:net";

/** Names below .localhost are this machine by definition (RFC 6761 section 6.3); not every resolver knows. */
const lookup: LookupFunction = (host, options, done) => {
  dns.lookup(host.endsWith(".localhost") ? "localhost" : host, options, done);
};

/** What a socket needs to reach an address, the brackets of IPv6 taken off. */
export function socketAddress(url: URL): { host: string; port: number; lookup: LookupFunction } {
  const usual = url.protocol === "https:" ? 443 : 80;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? usual : Number(url.port),
    lookup,
  };
}
