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
 * For administrators; and where the operator says so, for everybody on the machine while it is developed on. Only he
 * knows: behind a proxy that calls the server "localhost" and sends no header of its own, all visitors seem to be here.
 *
 * @param isOpenHere what INSECURE_OPEN_REPORTS says
 */
export function decideReportsAccess(visitor: ReportsVisitor, isOpenHere: boolean): ReportsAccess {
  if (visitor.role === "admin" || (isOpenHere && isDeveloped(visitor))) return "open";
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
