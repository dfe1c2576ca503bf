import { isIP } from "node:net";
import proxyAddress from "proxy-addr";
import { ConfigError } from "../errors/config-error.ts";
import { remember } from "../internal/remember.ts";
import {
  isPlainObject,
  readBoolean,
  readInteger,
  readOneOf,
  readOptions,
  readStringArray,
  received,
  type OptionPlace,
} from "../internal/options.ts";
import { defaultPort, hostText, parseHost } from "./host.ts";

/** Who stands between the clients and this process, and may therefore say where a request came from. */
export type ProxyDeclaration =
  | "none"
  | "loopback"
  | { readonly hops: number; readonly header?: ForwardingHeader }
  | { readonly cidr: readonly string[]; readonly header?: ForwardingHeader };

/**
 * Which headers the proxies write: `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`, or RFC 7239's `Forwarded`.
 * Only one kind is read: a proxy that writes the one passes on whatever a client put into the other.
 */
export type ForwardingHeader = "x-forwarded" | "forwarded";

export interface OriginOptions {
  /**
   * The origins browsers reach this application at, scheme and port included. The first is the one links are made with.
   * Requests for any other host get 421.
   */
  readonly origins: readonly string[];
  /**
   * The proxies in front. There is no "trust everybody": whoever is trusted decides what the client's address is.
   * @default "none"
   */
  readonly proxy?: ProxyDeclaration;
  /**
   * Other origins that `res.redirect()` and `res.location()` may point to, such as a payment provider's. Redirects to
   * all others are refused. @default []
   */
  readonly redirectTo?: readonly string[];
  /**
   * Allows `http:` origins on hosts other than this machine: cookies and pages travel in clear.
   * @default false
   */
  readonly insecureHttpOrigins?: boolean;
}

export interface CanonicalOrigin {
  /** As a browser serialises it: `https://app.example`, `http://localhost:3000`. */
  readonly text: string;
  readonly scheme: "http" | "https";
  readonly hostName: string;
}

/** True when the peer at that distance may add forwarding headers; index 0 is the socket's own peer. */
export type TrustPeer = (address: string, index: number) => boolean;

export interface OriginPolicy {
  readonly origins: readonly CanonicalOrigin[];
  /** Host header as received, for the two schemes: the usual request is one look-up. */
  readonly byHost: Readonly<Record<"http" | "https", ReadonlyMap<string, CanonicalOrigin>>>;
  /** Hosts that are served over https only: plain requests for them are redirected or refused. */
  readonly upgrades: ReadonlyMap<string, CanonicalOrigin>;
  /** undefined when no proxy was declared: forwarding headers are then not even looked at. */
  readonly trust: TrustPeer | undefined;
  /** True for proxies that write RFC 7239's `Forwarded`. */
  readonly standardForwarded: boolean;
  /** Where redirects may point to: the canonical origins and those of `redirectTo`. */
  readonly redirects: ReadonlySet<string>;
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

export const ORIGIN_KEYS = ["origins", "proxy", "redirectTo", "insecureHttpOrigins"] as const;

/**
 * Turns the origin options into a policy.
 *
 * @throws {ConfigError} `ORIGINS_MISSING`, `ORIGIN_INVALID`, `ORIGIN_INSECURE`, `PROXY_INVALID`
 */
export function parseOriginOptions(input: unknown, call = "origin()"): OriginPolicy {
  const options = readOptions(input, ORIGIN_KEYS, { call });
  const allowHttp = readBoolean(options["insecureHttpOrigins"], false, { call, path: "insecureHttpOrigins" });
  const origins = parseOrigins(options["origins"], allowHttp, call);
  return {
    origins,
    byHost: { http: indexByHost(origins, "http"), https: indexByHost(origins, "https") },
    upgrades: new Map(origins.filter((each) => each.scheme === "https").map((each) => [each.hostName, each])),
    ...parseProxy(options["proxy"], { call, path: "proxy" }),
    redirects: new Set([
      ...origins.map((each) => each.text),
      ...readStringArray(options["redirectTo"] ?? [], { call, path: "redirectTo" }).map((text, index) =>
        readOrigin(text, `${call}: redirectTo[${index}]`),
      ),
    ]),
  };
}

function parseOrigins(value: unknown, allowHttp: boolean, call: string): readonly CanonicalOrigin[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    throw new ConfigError("ORIGINS_MISSING", {
      what: `${call}: option "origins" is missing.`,
      why: "without it the Host header decides who this application is, and anybody can write a Host header.",
      fix: 'list where browsers reach it, for example origins: ["https://app.example"]; in development ["http://localhost:3000"].',
    });
  }
  return readStringArray(value, { call, path: "origins" }).map((text, index) => {
    const origin = parseCanonicalOrigin(text);
    if (origin === undefined) throw invalidOrigin(text, `${call}: origins[${index}]`);
    if (origin.scheme === "http" && !allowHttp && !LOOPBACK_NAMES.has(origin.hostName))
      throw insecureOrigin(text, call, index);
    return origin;
  });
}

/** Reads a serialised origin (RFC 6454 section 6.1) exactly; `undefined` for anything a browser would not send. */
function parseCanonicalOrigin(text: string): CanonicalOrigin | undefined {
  const match = /^(https?):\/\/([^/?#\\@]+)$/.exec(text);
  const scheme = match?.[1] === "https" ? "https" : "http";
  const host = parseHost(match?.[2] ?? "");
  if (match === null || host === undefined) return undefined;
  const canonical = `${scheme}://${hostText(host, scheme)}`;
  // "https://App.Example:443" and "https://[0:0::1]" name an origin, but no browser spells it so: it would never match.
  return canonical === text && URL.canParse(text) && new URL(text).origin === text
    ? { text, scheme, hostName: host.name }
    : undefined;
}

/** @throws {ConfigError} `ORIGIN_INVALID` for anything a browser would not send as an origin */
export function readOrigin(text: string, place: string): string {
  const origin = parseCanonicalOrigin(text);
  if (origin === undefined) throw invalidOrigin(text, place);
  return origin.text;
}

function invalidOrigin(text: string, place: string): ConfigError {
  const suggestion = URL.canParse(text) ? new URL(text).origin : "null";
  const fix = suggestion === "null" || suggestion.includes("*") ? "https://app.example" : suggestion;
  return new ConfigError("ORIGIN_INVALID", {
    what: `${place} is ${received(text)}, which is not an origin as browsers write it.`,
    why: "an Origin header is compared with it letter by letter; another spelling never matches, or matches more than meant.",
    fix: `write scheme://host[:port] without path, slash, wildcard or default port, for example "${fix}".`,
  });
}

function insecureOrigin(text: string, call: string, index: number): ConfigError {
  return new ConfigError("ORIGIN_INSECURE", {
    what: `${call}: origins[${index}] is ${received(text)}: plain http on a host that is not this machine.`,
    why: "whoever is on the network between reads the session cookie and changes the pages.",
    fix: `use "${text.replace(/^http:/, "https:")}", or set insecureHttpOrigins: true on a network you trust.`,
  });
}

/** A browser leaves the default port out, other clients may write it: both spellings are listed. */
function indexByHost(
  origins: readonly CanonicalOrigin[],
  scheme: "http" | "https",
): ReadonlyMap<string, CanonicalOrigin> {
  const index = new Map<string, CanonicalOrigin>();
  for (const origin of origins.filter((each) => each.scheme === scheme)) {
    const host = origin.text.slice(scheme.length + 3);
    index.set(host, origin);
    if (host === origin.hostName) index.set(`${host}:${defaultPort(scheme)}`, origin);
  }
  return index;
}

type ProxyPolicy = Pick<OriginPolicy, "trust" | "standardForwarded">;

function parseProxy(value: unknown, place: OptionPlace): ProxyPolicy {
  if (value === undefined || value === "none") return { trust: undefined, standardForwarded: false };
  if (value === "loopback") return { trust: trustRanges(["loopback"]), standardForwarded: false };
  if (!isPlainObject(value) || "hops" in value === "cidr" in value)
    throw invalidProxy(received(value), place);
  const options = readOptions(value, ["hops", "cidr", "header"], { call: place.call, path: "proxy" });
  const header = readOneOf(options["header"], ["x-forwarded", "forwarded"], "x-forwarded", {
    call: place.call,
    path: "proxy.header",
  });
  const trust = "hops" in value ? trustHops(value["hops"], place) : trustCidr(value["cidr"], place);
  return { trust, standardForwarded: header === "forwarded" };
}

function trustHops(value: unknown, place: OptionPlace): TrustPeer {
  // `{ hops: config.hops }` with nothing configured must not become a proxy that nobody declared.
  if (value === undefined) throw invalidProxy("{ hops: undefined }", place);
  const hops = readInteger(value, { min: 1, max: 16, fallback: 1 }, { call: place.call, path: "proxy.hops" });
  return (_address, index) => index < hops;
}

function trustCidr(value: unknown, place: OptionPlace): TrustPeer {
  const ranges = readStringArray(value, { call: place.call, path: "proxy.cidr" });
  if (ranges.length === 0 || !ranges.every(isNarrow)) throw invalidProxy(JSON.stringify(ranges), place);
  try {
    return trustRanges(ranges);
  } catch (cause) {
    throw invalidProxy(JSON.stringify(ranges), place, cause);
  }
}

/** A proxy's address comes with every request: its text is parsed once. */
function trustRanges(ranges: readonly string[]): TrustPeer {
  const trust = proxyAddress.compile([...ranges]);
  return remember((address) => trust(address, 0));
}

/**
 * An address, or a range no wider than a private network (10.0.0.0/8, fc00::/7). "0.0.0.0/0", its two halves and its
 * IPv4-mapped spelling are "true" by another name: every client could then choose its own address.
 */
function isNarrow(range: string): boolean {
  const [address = "", prefix] = range.split("/");
  const family = isIP(address);
  if (family === 0) return false;
  if (prefix === undefined) return true;
  if (prefix.includes(".")) return prefix.startsWith("255.");
  return Number(prefix) >= (family === 4 ? 8 : address.toLowerCase().startsWith("::ffff:") ? 104 : 7);
}

function invalidProxy(text: string, place: OptionPlace, cause?: unknown): ConfigError {
  return new ConfigError(
    "PROXY_INVALID",
    {
      what: `${place.call}: option "proxy" is ${text}.`,
      why: "whoever is trusted as a proxy chooses the client address that limits, logs and HTTPS decisions are made with.",
      fix: '"none", "loopback" (nginx on this machine), { hops: 1 } or { cidr: ["10.0.0.0/8"] }.',
    },
    { cause },
  );
}
