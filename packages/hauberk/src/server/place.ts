import { ConfigError } from "../errors/config-error.ts";
import { readBoolean, readInteger, readString } from "../internal/options.ts";

/** Where a server listens. */
export type Place =
  | { readonly kind: "port"; readonly port: number; readonly host: string }
  | { readonly kind: "path"; readonly path: string; readonly mode: number }
  /** A socket that was opened by whoever started the process, such as systemd. */
  | { readonly kind: "descriptor"; readonly fd: number };

/** systemd hands its sockets over from this descriptor on. sd_listen_fds(3). */
export const FIRST_DESCRIPTOR = 3;

/** Exactly one of `port`, `socketPath` and `socketActivation`: two would leave open which one is protected. */
export function parsePlace(options: Readonly<Record<string, unknown>>, call: string): Place {
  const { port, host, socketPath, socketMode, socketActivation } = options;
  const activated = readBoolean(socketActivation, false, { call, path: "socketActivation" });
  const given = [port !== undefined, socketPath !== undefined, activated].filter(Boolean).length;
  if (given !== 1) throw notOnePlace(given, call);
  if (activated) return { kind: "descriptor", fd: FIRST_DESCRIPTOR };
  if (socketPath === undefined) return parsePort(port, host, call, "");
  return {
    kind: "path",
    path: readString(socketPath, { call, path: "socketPath" }),
    mode: readInteger(socketMode, { min: 0o600, max: 0o777, fallback: 0o660 }, { call, path: "socketMode" }),
  };
}

export function parsePort(port: unknown, host: unknown, call: string, prefix: string): Place {
  return {
    kind: "port",
    port: readInteger(
      port ?? Number.NaN,
      { min: 0, max: 65_535, fallback: 3000 },
      { call, path: `${prefix}port` },
    ),
    host: host === undefined ? "127.0.0.1" : readString(host, { call, path: `${prefix}host` }),
  };
}

export function describePlace(place: Place): string {
  if (place.kind === "path") return place.path;
  if (place.kind === "descriptor") return `descriptor ${place.fd}`;
  return place.host.includes(":") ? `[${place.host}]:${place.port}` : `${place.host}:${place.port}`;
}

function notOnePlace(given: number, call: string): ConfigError {
  return new ConfigError("PLACE_INVALID", {
    what: `${call}: ${given === 0 ? "none" : given} of "port", "socketPath" and "socketActivation" given, expected one.`,
    why: "the server would listen nowhere, or somewhere you did not think of.",
    fix: 'listen({ port: 3000 }), listen({ socketPath: "/run/myapp/http.sock" }) or listen({ socketActivation: true }).',
  });
}
