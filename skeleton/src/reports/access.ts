/** What is known about somebody who wants to see the reports. */
export interface ReportsVisitor {
  /** The origin that was asked. */
  readonly origin: string;
  readonly clientAddress: string;
  /** True when a header of a proxy came along, declared or not. */
  readonly wasForwarded: boolean;
  readonly role: "user" | "admin" | undefined;
}

/** "hidden": there is no such page, as far as this visitor is concerned. */
export type ReportsAccess = "open" | "hidden" | "log-in";

/**
 * Decides who sees what browsers reported. Pure.
 *
 * Open to everybody on the machine while it is developed on; elsewhere for administrators. A server on localhost behind a
 * proxy is not being developed on: its visitors would all seem to be on this machine.
 */
export function decideReportsAccess(visitor: ReportsVisitor): ReportsAccess {
  if (visitor.role === "admin" || isDeveloped(visitor)) return "open";
  return visitor.role === undefined ? "log-in" : "hidden";
}

function isDeveloped({ origin, clientAddress, wasForwarded }: ReportsVisitor): boolean {
  const { protocol, hostname } = new URL(origin);
  const isLocal = hostname === "localhost" || hostname.endsWith(".localhost") || isLoopback(hostname);
  return protocol === "http:" && isLocal && isLoopback(clientAddress) && !wasForwarded;
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address) || address === "::1" || address === "[::1]";
}
