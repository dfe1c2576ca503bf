import type { AddressInfo, Server } from "node:net";
import type { ListenPolicy } from "./options.ts";

/** Of a Unix-domain socket: its path, and port 0. */
export function addressOf(server: Server | undefined, policy: ListenPolicy): AddressInfo {
  const address = server?.address();
  if (typeof address === "object" && address !== null) return address;
  return { address: policy.place.kind === "path" ? policy.place.path : "", family: "Unix", port: 0 };
}

export function urlOf(address: AddressInfo, policy: ListenPolicy): string {
  if (address.family === "Unix") return `unix:${address.address}`;
  const everywhere = address.address === "::" || address.address === "0.0.0.0";
  const host =
    everywhere || address.address === "127.0.0.1"
      ? "localhost"
      : address.family === "IPv6"
        ? `[${address.address}]`
        : address.address;
  return `${policy.tls === undefined ? "http" : "https"}://${host}:${address.port}`;
}

/** A TCP socket has an address with a port; a Unix-domain one has a path, or nothing when it was handed over. */
export function isUnixSocket(server: Server): boolean {
  const address = server.address();
  return address === null || typeof address === "string";
}
