import { readBoolean, readFunction, readInteger, readOptions, readString } from "../internal/options.ts";
import { countDescriptors, RESERVED_DESCRIPTORS } from "./descriptors.ts";
import { parseOverloadOptions, type OverloadOptions, type OverloadPolicy } from "./overload.ts";
import { parsePlace, parsePort, type Place } from "./place.ts";
import { parseTlsOptions, type TlsOptions } from "./tls-options.ts";
import { parseWorkers, type WorkersPolicy } from "./worker-policy.ts";

export type { TlsOptions } from "./tls-options.ts";

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  /** The address to listen on. Behind a proxy on the same machine leave it; `"::"` is every address. @default "127.0.0.1" */
  readonly host?: string;
  /** In place of `port`: a Unix-domain socket, for a proxy on this machine. */
  readonly socketPath?: string;
  /** Who may connect to the Unix-domain socket. @default 0o660 */
  readonly socketMode?: number;
  /** In place of `port`: the socket that systemd opened (`LISTEN_FDS`). @default false */
  readonly socketActivation?: boolean;
  /** Several for several names; the first answers clients that name no host. */
  readonly tls?: TlsOptions | readonly TlsOptions[];
  /** A second port that redirects to https and answers the certificate authority's challenges. */
  readonly plainHttp?: {
    readonly port?: number;
    readonly host?: string;
    /** Where the ACME client puts its http-01 challenges: the folder `acme-challenge` itself. */
    readonly acmeFolder?: string;
  };
  /** Started as root: who to be once the port is bound. */
  readonly user?: string;
  /** @default the user's own group */
  readonly group?: string;
  /** How long a client may take to send its headers, or to shake hands. @default 10_000 */
  readonly headersTimeoutMs?: number;
  /** How long a client may take to send the whole request. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** How long an idle connection is kept. @default 5000 */
  readonly keepAliveTimeoutMs?: number;
  /** How long no byte may pass while an answer is waited for or read. @default 120_000 */
  readonly silenceTimeoutMs?: number;
  /** Connections in all; beyond, the one that is quiet for longest gives way. @default 4096, or what descriptors allow */
  readonly maxConnections?: number;
  /** Connections of one address, declared proxies excepted. @default 256 */
  readonly maxConnectionsPerAddress?: number;
  /** @default 10_000 */
  readonly maxRequestsPerConnection?: number;
  /** @default 16_384 */
  readonly maxHeaderBytes?: number;
  /**
   * Processes that share the work, supervised by this one; `"auto"` is one a processor. Their sessions and limits need a
   * store they share. Without it there is one process and no supervisor.
   */
  readonly workers?: number | "auto";
  /**
   * Workers beyond them that are started and get nothing until another one dies: they take its place at once. Each costs
   * the memory of an idle worker. @default 1
   */
  readonly spareWorkers?: number;
  /** A worker that needs more memory is replaced, in megabytes. @default 1024 */
  readonly workerMemoryMb?: number;
  /** A worker whose event loop stands still for so long is killed and replaced. @default 15_000 */
  readonly workerSilenceMs?: number;
  /** When to answer 503 early; `false` never does. */
  readonly overload?: OverloadOptions | false;
  /** How long readiness says no before the port is closed: the time your load balancer takes to notice. @default 0 */
  readonly shutdownDelayMs?: number;
  /** How long requests in flight may take after SIGTERM. @default 8000 */
  readonly shutdownTimeoutMs?: number;
  /** Drains and exits on SIGTERM, SIGINT and fatal errors, reloads certificates on SIGHUP. @default true */
  readonly handleSignals?: boolean;
  /** Called once nothing is in flight any more, before the process ends: close your database here. */
  readonly onClose?: () => void | Promise<void>;
  /** Serves requests with all the power of root. There is no good reason. @default false */
  readonly insecureServeAsRoot?: boolean;
}

interface PlainHttpPolicy {
  readonly place: Place;
  readonly acmeFolder: string | undefined;
}

export interface ListenPolicy {
  readonly place: Place;
  readonly tls: readonly TlsOptions[] | undefined;
  readonly plainHttp: PlainHttpPolicy | undefined;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly silenceTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxRequestsPerConnection: number;
  readonly maxHeaderBytes: number;
  readonly workers: WorkersPolicy | undefined;
  readonly overload: OverloadPolicy | undefined;
  readonly shutdownDelayMs: number;
  readonly shutdownTimeoutMs: number;
  readonly handleSignals: boolean;
  readonly onClose: () => void | Promise<void>;
  readonly serveAsRoot: boolean;
}

const KNOWN = [
  "port",
  "host",
  "socketPath",
  "socketMode",
  "socketActivation",
  "tls",
  "plainHttp",
  "user",
  "group",
  "headersTimeoutMs",
  "requestTimeoutMs",
  "keepAliveTimeoutMs",
  "silenceTimeoutMs",
  "maxConnections",
  "maxConnectionsPerAddress",
  "maxRequestsPerConnection",
  "maxHeaderBytes",
  "workers",
  "spareWorkers",
  "workerMemoryMb",
  "workerSilenceMs",
  "overload",
  "shutdownDelayMs",
  "shutdownTimeoutMs",
  "handleSignals",
  "onClose",
  "insecureServeAsRoot",
] as const;

/**
 * Turns the listen options into a policy.
 *
 * @throws {ConfigError} `OPTION_RANGE`, `OPTION_TYPE`, `OPTION_UNKNOWN`, `PLACE_INVALID`
 */
export function parseListenOptions(input: unknown, call = "listen()"): ListenPolicy {
  const options = readOptions(input, KNOWN, { call });
  const text = (path: string): string | undefined =>
    options[path] === undefined ? undefined : readString(options[path], { call, path });
  const flag = (path: string, fallback: boolean): boolean =>
    readBoolean(options[path], fallback, { call, path });
  const ms = (path: string, fallback: number, min = 1): number =>
    readInteger(options[path], { min, max: 3_600_000, fallback }, { call, path });
  const count = (path: string, fallback: number, max = 1_000_000): number =>
    readInteger(options[path], { min: 1, max, fallback }, { call, path });
  const descriptors = Math.max(1, countDescriptors() - RESERVED_DESCRIPTORS);
  const onClose = readFunction(options["onClose"], { call, path: "onClose" }) as
    | ListenPolicy["onClose"]
    | undefined;
  return {
    place: parsePlace(options, call),
    tls: options["tls"] === undefined ? undefined : parseTlsOptions(options["tls"], call),
    plainHttp: options["plainHttp"] === undefined ? undefined : parsePlainHttp(options, call),
    user: text("user"),
    group: text("group"),
    headersTimeoutMs: ms("headersTimeoutMs", 10_000),
    requestTimeoutMs: ms("requestTimeoutMs", 30_000),
    keepAliveTimeoutMs: ms("keepAliveTimeoutMs", 5000),
    silenceTimeoutMs: ms("silenceTimeoutMs", 120_000),
    maxConnections: count("maxConnections", Math.min(4096, descriptors), descriptors),
    maxConnectionsPerAddress: count("maxConnectionsPerAddress", 256),
    maxRequestsPerConnection: count("maxRequestsPerConnection", 10_000),
    maxHeaderBytes: readInteger(
      options["maxHeaderBytes"],
      { min: 1024, max: 65_536, fallback: 16_384 },
      { call, path: "maxHeaderBytes" },
    ),
    workers: parseWorkers(options, call),
    overload: options["overload"] === false ? undefined : parseOverloadOptions(options["overload"], call),
    shutdownDelayMs: ms("shutdownDelayMs", 0, 0),
    shutdownTimeoutMs: ms("shutdownTimeoutMs", 8000),
    handleSignals: flag("handleSignals", true),
    onClose: onClose ?? nothing,
    serveAsRoot: flag("insecureServeAsRoot", false),
  };
}

function nothing(): void {
  // Nothing of the application's own is open.
}

/** With a socket of systemd's for the main port, the second of systemd's sockets is the plain one. */
function parsePlainHttp(options: Readonly<Record<string, unknown>>, call: string): PlainHttpPolicy {
  const path = "plainHttp";
  const { port, host, acmeFolder } = readOptions(options[path], ["port", "host", "acmeFolder"], {
    call,
    path,
  });
  const activated = options["socketActivation"] === true && port === undefined;
  return {
    place: activated
      ? { kind: "descriptor", fd: 4 }
      : parsePort(port, host ?? options["host"], call, `${path}.`),
    acmeFolder:
      acmeFolder === undefined ? undefined : readString(acmeFolder, { call, path: `${path}.acmeFolder` }),
  };
}
