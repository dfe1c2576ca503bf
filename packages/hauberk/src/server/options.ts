import { readBoolean, readFunction, readInteger, readOptions, readString } from "../internal/options.ts";

export interface TlsOptions {
  /** PEM file with the certificate and its chain. Read before privileges are dropped. */
  readonly certFile: string;
  /** PEM file with the private key; may be readable by root only. */
  readonly keyFile: string;
}

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on. Behind a proxy on the same machine leave it; `"::"` is every address. @default "127.0.0.1" */
  readonly host?: string;
  readonly tls?: TlsOptions;
  /** Started as root: who to be once the port is bound. */
  readonly user?: string;
  /** @default the user's own group */
  readonly group?: string;
  /** How long a client may take to send its headers. @default 10_000 */
  readonly headersTimeoutMs?: number;
  /** How long a client may take to send the whole request. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** How long an idle connection is kept. @default 5000 */
  readonly keepAliveTimeoutMs?: number;
  /** Connections in all; the next one is refused. Keep it below the process's file descriptors. @default 4096 */
  readonly maxConnections?: number;
  /** Connections of one address, declared proxies excepted. @default 256 */
  readonly maxConnectionsPerAddress?: number;
  /** @default 16_384 */
  readonly maxHeaderBytes?: number;
  /** How long requests in flight may take after SIGTERM. @default 10_000 */
  readonly shutdownTimeoutMs?: number;
  /** Installs handlers for SIGTERM and SIGINT that drain and exit. @default true */
  readonly handleSignals?: boolean;
  /** Called once nothing is in flight any more, before the process ends: close your database here. */
  readonly onClose?: () => void | Promise<void>;
  /** Serves requests with all the power of root. There is no good reason. @default false */
  readonly insecureServeAsRoot?: boolean;
}

export interface ListenPolicy {
  readonly port: number;
  readonly host: string;
  readonly tls: TlsOptions | undefined;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxHeaderBytes: number;
  readonly shutdownTimeoutMs: number;
  readonly handleSignals: boolean;
  readonly onClose: () => void | Promise<void>;
  readonly serveAsRoot: boolean;
}

const KNOWN = [
  "port",
  "host",
  "tls",
  "user",
  "group",
  "headersTimeoutMs",
  "requestTimeoutMs",
  "keepAliveTimeoutMs",
  "maxConnections",
  "maxConnectionsPerAddress",
  "maxHeaderBytes",
  "shutdownTimeoutMs",
  "handleSignals",
  "onClose",
  "insecureServeAsRoot",
] as const;

/**
 * Turns the listen options into a policy.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_TYPE`, `OPTION_UNKNOWN`
 */
export function parseListenOptions(input: unknown, call = "listen()"): ListenPolicy {
  const options = readOptions(input, KNOWN, { call });
  const text = (path: string): string | undefined =>
    options[path] === undefined ? undefined : readString(options[path], { call, path });
  const ms = (path: string, fallback: number): number =>
    readInteger(options[path], { min: 100, max: 3_600_000, fallback }, { call, path });
  const count = (path: string, fallback: number): number =>
    readInteger(options[path], { min: 1, max: 1_000_000, fallback }, { call, path });
  return {
    port: readInteger(
      options["port"] ?? Number.NaN,
      { min: 0, max: 65_535, fallback: 3000 },
      { call, path: "port" },
    ),
    host: text("host") ?? "127.0.0.1",
    tls: options["tls"] === undefined ? undefined : readTls(options["tls"], call),
    user: text("user"),
    group: text("group"),
    headersTimeoutMs: ms("headersTimeoutMs", 10_000),
    requestTimeoutMs: ms("requestTimeoutMs", 30_000),
    keepAliveTimeoutMs: ms("keepAliveTimeoutMs", 5000),
    maxConnections: count("maxConnections", 4096),
    maxConnectionsPerAddress: count("maxConnectionsPerAddress", 256),
    maxHeaderBytes: readInteger(
      options["maxHeaderBytes"],
      { min: 1024, max: 65_536, fallback: 16_384 },
      { call, path: "maxHeaderBytes" },
    ),
    shutdownTimeoutMs: ms("shutdownTimeoutMs", 10_000),
    handleSignals: readBoolean(options["handleSignals"], true, { call, path: "handleSignals" }),
    onClose: (readFunction(options["onClose"], { call, path: "onClose" }) ??
      nothing) as ListenPolicy["onClose"],
    serveAsRoot: readBoolean(options["insecureServeAsRoot"], false, { call, path: "insecureServeAsRoot" }),
  };
}

function nothing(): void {
  // Nothing of the application's own is open.
}

function readTls(value: unknown, call: string): TlsOptions {
  const options = readOptions(value, ["certFile", "keyFile"], { call, path: "tls" });
  return {
    certFile: readString(options["certFile"], { call, path: "tls.certFile" }),
    keyFile: readString(options["keyFile"], { call, path: "tls.keyFile" }),
  };
}
