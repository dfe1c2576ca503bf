import { clientAddress, lastOf, normalizeAddress } from "./client.ts";
import { parseForwarded } from "./forwarded.ts";
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
  readonly forwardedPort: string | undefined;
  /** The standard header, RFC 7239. */
  readonly forwarded: string | undefined;
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
  const origin = findOrigin(said, policy);
  if (typeof origin === "object")
    return { kind: "pass", view: { origin, scheme: said.scheme, clientAddress: said.address, target } };
  if (origin === "malformed") return { kind: "refuse", code: "HOST_INVALID", because: "host-malformed" };
  return upgrade(facts.method, said, target, policy);
}

interface Said {
  readonly host: string;
  readonly scheme: "http" | "https";
  readonly address: string;
  readonly port: string | undefined;
}

/** What the socket says, corrected by the forwarding headers of a proxy that was declared; undefined if those are broken. */
function readForwarding(facts: OriginFacts, host: string, policy: OriginPolicy): Said | undefined {
  const peer = normalizeAddress(facts.peerAddress) ?? facts.peerAddress;
  const scheme = facts.encrypted ? "https" : "http";
  // Without a declared proxy every forwarding header is the client's own invention.
  if (policy.trust?.(peer, 0) !== true) return { host, scheme, address: peer, port: undefined };
  const hop = policy.standardForwarded ? lastForwarded(facts.forwarded) : lastXForwarded(facts);
  if (hop === undefined) return undefined;
  const proto = hop.proto ?? scheme;
  if (proto !== "http" && proto !== "https") return undefined;
  return {
    host: hop.host ?? host,
    scheme: proto,
    address: clientAddress(peer, hop.addresses, policy.trust),
    port: hop.port,
  };
}

/** What the nearest proxy wrote; the addresses of the hops before it are oldest first. */
interface Hop {
  readonly addresses: readonly string[];
  readonly proto: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
}

function lastXForwarded(facts: OriginFacts): Hop {
  const { forwardedFor, forwardedProto, forwardedHost, forwardedPort } = facts;
  return {
    addresses: forwardedFor === undefined ? [] : forwardedFor.split(","),
    proto: forwardedProto === undefined ? undefined : lastOf(forwardedProto),
    host: forwardedHost === undefined ? undefined : lastOf(forwardedHost),
    port: forwardedPort === undefined ? undefined : lastOf(forwardedPort),
  };
}

function lastForwarded(header: string | undefined): Hop | undefined {
  if (header === undefined) return { addresses: [], proto: undefined, host: undefined, port: undefined };
  const elements = parseForwarded(header);
  const last = elements?.at(-1);
  if (elements === undefined || last === undefined) return undefined;
  const { proto, host } = last;
  return { addresses: elements.map((element) => element.for ?? "unknown"), proto, host, port: undefined };
}

function findOrigin(said: Said, policy: OriginPolicy): CanonicalOrigin | "unknown" | "malformed" {
  const { host, scheme } = said;
  const index = policy.byHost[scheme];
  const exact = index.get(host);
  if (exact !== undefined) return exact;
  const parsed = parseHost(host);
  if (parsed === undefined) return "malformed";
  const found = index.get(hostText(parsed, scheme));
  // A proxy that passes the host without its port names the port by itself.
  if (found !== undefined || parsed.port !== undefined || said.port === undefined) return found ?? "unknown";
  return index.get(`${parsed.name}:${said.port}`) ?? "unknown";
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
  const match = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target);
  if (match === null) return undefined;
  const [, authority = "", rest = ""] = match;
  if (authority.toLowerCase() !== host.toLowerCase()) return undefined;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** "GET http://app.example/" on a TLS connection: a cache would file the answer under the plain address. */
function agreesOnScheme(target: string, scheme: string): boolean {
  return target.startsWith("/") || target === "*" || target.toLowerCase().startsWith(`${scheme}://`);
}
