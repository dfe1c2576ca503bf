/** A host that was parsed strictly: lower case, brackets kept around IPv6, port as a number or none. */
export interface ParsedHost {
  readonly name: string;
  readonly port: number | undefined;
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
const MAX_LABEL_LENGTH = 63;
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;
const HEX_GROUP = /^[0-9a-f]{1,4}$/;

/**
 * Parses a Host value as RFC 9110 section 7.2 and RFC 3986 section 3.2.2 allow it and browsers send it.
 *
 * Everything else is refused: userinfo, spaces, a trailing dot, percent-encoding, raw non-ASCII, an empty port, a path.
 * One parser for everybody: what this returns is what CSRF, redirects and links compare with.
 *
 * @returns undefined when the value is not a host
 */
export function parseHost(value: string): ParsedHost | undefined {
  // Visible ASCII only: the Kelvin sign "\u212a" would lower-case to an ordinary "k".
  if (value.length > 261 || !/^[!-~]+$/.test(value)) return undefined;
  const text = value.toLowerCase();
  const split = text.startsWith("[") ? splitBracketed(text) : splitPlain(text);
  if (split === undefined) return undefined;
  const [name, portText] = split;
  if (!isHostName(name)) return undefined;
  if (portText === undefined) return { name, port: undefined };
  const port = parsePort(portText);
  return port === undefined ? undefined : { name, port };
}

function splitBracketed(text: string): readonly [string, string | undefined] | undefined {
  const end = text.indexOf("]");
  if (end === -1) return undefined;
  const rest = text.slice(end + 1);
  if (rest === "") return [text, undefined];
  return rest.startsWith(":") ? [text.slice(0, end + 1), rest.slice(1)] : undefined;
}

function splitPlain(text: string): readonly [string, string | undefined] | undefined {
  const colon = text.indexOf(":");
  if (colon === -1) return [text, undefined];
  // A second colon is "app.example:80:80", or an IPv6 address without brackets: neither names one port.
  return text.includes(":", colon + 1) ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Digits only: `Number` would also take "0x50", "8e1" and " 80". */
function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function isHostName(name: string): boolean {
  if (name.startsWith("[")) return isIpv6(name.slice(1, -1));
  if (name.length > 253) return false;
  if (IPV4.test(name))
    return name.split(".").every((octet) => Number(octet) <= 255 && String(Number(octet)) === octet);
  const labels = name.split(".");
  // A last label of digits would be read as an IPv4 address in another notation: "2130706433", "127.1".
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return false;
  return labels.every((label) => label.length <= MAX_LABEL_LENGTH && LABEL.test(label));
}

/** RFC 4291 section 2.2, without a zone identifier: "[fe80::1%eth0]" means something on one machine only. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const embedded = last !== undefined && IPV4.test(last);
  // Only at the very end: "[1.2.3.4::]" is no address.
  if (embedded && !(text.endsWith(last) && isHostName(last))) return false;
  const plain = embedded ? groups.slice(0, -1) : groups;
  const count = plain.length + (embedded ? 2 : 0);
  if (!plain.every((group) => HEX_GROUP.test(group))) return false;
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** The port a scheme has when none is written. */
export function defaultPort(scheme: "http" | "https"): number {
  return scheme === "https" ? 443 : 80;
}

/** `name` or `name:port`, without the scheme's default port, as a browser writes it in an origin. */
export function hostText(host: ParsedHost, scheme: "http" | "https"): string {
  return host.port === undefined || host.port === defaultPort(scheme)
    ? host.name
    : `${host.name}:${host.port}`;
}
