import type { IncomingMessage } from "node:http";
import { emitRequestEvent } from "../events/index.ts";
import { normalizeAddress } from "./client.ts";
import type { OriginFacts } from "./decide.ts";
import type { OriginPolicy } from "./options.ts";

/** How the proxy declaration and what arrives contradict each other. */
export type ProxyMismatch =
  | "forwarding-headers-but-no-proxy-declared"
  | "forwarding-headers-of-an-undeclared-peer"
  | "forwarding-headers-of-the-other-kind";

/**
 * Notices forwarding headers that the declaration does not account for. They are never believed; either somebody forges
 * them, or a proxy was put in front and the declaration forgotten, and all clients now share the proxy's address.
 */
export function proxyMismatch(facts: OriginFacts, policy: OriginPolicy): ProxyMismatch | undefined {
  const { forwarded, forwardedFor, forwardedProto, forwardedHost } = facts;
  const common = forwardedFor !== undefined || forwardedProto !== undefined || forwardedHost !== undefined;
  if (!common && forwarded === undefined) return undefined;
  if (policy.trust === undefined) return "forwarding-headers-but-no-proxy-declared";
  if (!policy.trust(normalizeAddress(facts.peerAddress) ?? "", 0))
    return "forwarding-headers-of-an-undeclared-peer";
  const read = policy.standardForwarded ? forwarded !== undefined : common;
  return read ? undefined : "forwarding-headers-of-the-other-kind";
}

const QUIET_MS = 3_600_000;

/** At most one event an hour for each kind: what any client can cause must not fill a log. */
export function createMismatchReport(
  nowMs: () => number = Date.now,
): (req: IncomingMessage, because: ProxyMismatch) => void {
  const reportedAt = new Map<ProxyMismatch, number>();
  return (req, because) => {
    const before = reportedAt.get(because);
    if (before !== undefined && Math.abs(nowMs() - before) < QUIET_MS) return;
    reportedAt.set(because, nowMs());
    emitRequestEvent("origin.proxy-mismatch", req, { because });
  };
}
