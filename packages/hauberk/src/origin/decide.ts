import { clientAddress, lastOf, normalizeAddress } from "./client.ts";
import { hostText, parseHost } from "./host.ts";
import type { CanonicalOrigin, OriginPolicy } from "./options.ts";
import { refusePath, type PathRefusal } from "./path.ts";

/** What arrived, exactly as received. */
export interface OriginFacts {
  readonly method: string;
  /** The request target: `/path?query`, or absolute-form. */
  readonly target: string;
  /** Every Host header, in order. */
  readonly hosts: readonly string[];
  readonly encrypted: boolean;
  readonly peerAddress: string;
  readonly forwardedFor: string | undefined;
  readonly forwardedProto: string | undefined;
  readonly forwardedHost: string | undefined;
}

/** Where a request that may pass was sent to, by whom, and with which path. */
export interface OriginView {
  readonly origin: CanonicalOrigin;
  readonly scheme: "http" | "https";
  readonly clientAddress: string;
  /** The target in origin-form. */
  readonly target: string;
}

export type OriginVerdict =
  | { readonly kind: "pass"; readonly view: OriginView }
  | { readonly kind: "redirect"; readonly location: string }
  | {
      readonly kind: "refuse";
      readonly code: "HOST_INVALID";
      readonly because:
        | "host-missing"
        | "host-repeated"
        | "host-malformed"
        | "target-disagrees"
        | "forwarded-malformed";
    }
  | { readonly kind: "refuse"; readonly code: "HOST_UNKNOWN"; readonly because: "host-unknown" }
  | { readonly kind: "refuse"; readonly code: "HTTPS_REQUIRED"; readonly because: "unsafe-over-http" }
  | { readonly kind: "refuse"; readonly code: "PATH_REFUSED"; readonly because: PathRefusal };

/**
 * Decides whether a request was really sent to this application, and from where.
 * Pure: same answer for the same facts.
 *
 * @see RFC 9110 section 7.2 (Host), 7.4 (421), RFC 9112 section 3.2 (request target)
 */
export function decideOrigin(facts: OriginFacts, policy: OriginPolicy): OriginVerdict {
  const [host, ...others] = facts.hosts;
  if (host === undefined) return { kind: "refuse", code: "HOST_INVALID", because: "host-missing" };
  // Two Host headers: one for the proxy's cache, another for us.
  if (others.length > 0) return { kind: "refuse", code: "HOST_INVALID", because: "host-repeated" };
  const target = originForm(facts.target, host);
  if (target === undefined) return { kind: "refuse", code: "HOST_INVALID", because: "target-disagrees" };
  // RFC 9112 section 3.2.4: "GET *" asks for nothing, but a handler for every path would answer it.
  const path = target === "*" && facts.method !== "OPTIONS" ? "not-a-path" : refusePath(target);
  if (path !== undefined) return { kind: "refuse", code: "PATH_REFUSED", because: path };
  const said = readForwarding(facts, host, policy);
  if (said === undefined) return { kind: "refuse", code: "HOST_INVALID", because: "forwarded-malformed" };
  if (!agreesOnScheme(facts.target, said.scheme))
    return { kind: "refuse", code: "HOST_INVALID", because: "target-disagrees" };
  const origin = findOrigin(said.host, said.scheme, policy);
  if (typeof origin === "object")
    return { kind: "pass", view: { origin, scheme: said.scheme, clientAddress: said.address, target } };
  if (origin === "malformed") return { kind: "refuse", code: "HOST_INVALID", because: "host-malformed" };
  return upgrade(facts.method, said, target, policy);
}

interface Said {
  readonly host: string;
  readonly scheme: "http" | "https";
  readonly address: string;
}

/** What the socket says, corrected by the forwarding headers of a proxy that was declared; undefined if those are broken. */
function readForwarding(facts: OriginFacts, host: string, policy: OriginPolicy): Said | undefined {
  const peer = normalizeAddress(facts.peerAddress) ?? facts.peerAddress;
  const scheme = facts.encrypted ? "https" : "http";
  // Without a declared proxy every forwarding header is the client's own invention.
  if (policy.trust?.(peer, 0) !== true) return { host, scheme, address: peer };
  const proto = facts.forwardedProto === undefined ? scheme : lastOf(facts.forwardedProto);
  if (proto !== "http" && proto !== "https") return undefined;
  return {
    host: facts.forwardedHost === undefined ? host : lastOf(facts.forwardedHost),
    scheme: proto,
    address: clientAddress(peer, facts.forwardedFor, policy.trust),
  };
}

function findOrigin(
  host: string,
  scheme: "http" | "https",
  policy: OriginPolicy,
): CanonicalOrigin | "unknown" | "malformed" {
  const exact = policy.byHost[scheme].get(host);
  if (exact !== undefined) return exact;
  const parsed = parseHost(host);
  if (parsed === undefined) return "malformed";
  return policy.byHost[scheme].get(hostText(parsed, scheme)) ?? "unknown";
}

/** Pages asked for over plain http are sent to https; anything that carries data is refused, not replayed. */
function upgrade(method: string, said: Said, target: string, policy: OriginPolicy): OriginVerdict {
  const secure = said.scheme === "http" ? policy.upgrades.get(parseHost(said.host)?.name ?? "") : undefined;
  if (secure === undefined) return { kind: "refuse", code: "HOST_UNKNOWN", because: "host-unknown" };
  // A redirected POST would have sent its body in clear already, and would go on doing so unnoticed.
  if (method !== "GET" && method !== "HEAD")
    return { kind: "refuse", code: "HTTPS_REQUIRED", because: "unsafe-over-http" };
  return { kind: "redirect", location: secure.text + (target === "*" ? "/" : target) };
}

/** Absolute-form (RFC 9112 section 3.2.2) is allowed when it names the same host as the Host header. */
function originForm(target: string, host: string): string | undefined {
  if (target.startsWith("/") || target === "*") return target;
  const match = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target);
  if (match === null) return undefined;
  const [, authority = "", rest = ""] = match;
  if (authority.toLowerCase() !== host.toLowerCase()) return undefined;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** "GET http://app.example/" on a TLS connection: a cache would file the answer under the plain address. */
function agreesOnScheme(target: string, scheme: string): boolean {
  return target.startsWith("/") || target === "*" || target.toLowerCase().startsWith(`${scheme}://`);
}
