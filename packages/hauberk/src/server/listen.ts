import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../errors/config-error.ts";
import { emitEvent } from "../events/index.ts";
import type { HeaderPolicy } from "../headers/build.ts";
import type { TrustPeer } from "../origin/options.ts";
import { capConnections } from "./connections.ts";
import { drain } from "./drain.ts";
import type { ListenPolicy } from "./options.ts";
import { answerParserErrors } from "./parser-errors.ts";
import { decidePrivileges, dropPrivileges, lookUpIdentity, type Identity } from "./privileges.ts";
import { loadTls } from "./tls.ts";

/** What the rest of the toolkit lends to the server. */
export interface ServerSurroundings {
  readonly headers: HeaderPolicy;
  readonly trust: TrustPeer | undefined;
  /** Ends what the pipeline keeps open: the session store and its sweeper. */
  readonly close: () => Promise<void>;
}

/** A server that is accepting connections. */
export interface RunningServer {
  readonly address: AddressInfo;
  /** Where to point a browser on this machine. */
  readonly url: string;
  /** Drains and closes; resolves when nothing is open any more. Calling it again waits for the same end. */
  readonly close: () => Promise<void>;
}

/**
 * Binds the port, gives root up, proves it, and only then accepts.
 *
 * Everything that can be wrong is found before the bind; whatever fails after it closes the socket again.
 *
 * @throws {ConfigError} `PORT_IN_USE`, `PERMISSION_DENIED`, `CERTIFICATE_INVALID`, `RUNNING_AS_ROOT`, `USER_UNKNOWN`,
 * `PRIVILEGES_KEPT`, `PRIVILEGES_UNAVAILABLE`
 */
export async function startServer(
  handler: RequestListener,
  policy: ListenPolicy,
  around: ServerSurroundings,
): Promise<RunningServer> {
  const identity = planIdentity(policy);
  const server = createServer(handler, policy, around);
  await bind(server, policy, () => {
    if (identity === undefined) return;
    dropPrivileges(identity);
    emitEvent("server.privileges-dropped", { because: `uid ${identity.uid}, gid ${identity.gid}` });
  });
  const address = server.address() as AddressInfo;
  const close = closeOnce(server, policy, around);
  if (policy.handleSignals) closeOnSignals(close);
  return { address, url: urlOf(address, policy), close };
}

function planIdentity(policy: ListenPolicy): Identity | undefined {
  const { user, group, serveAsRoot } = policy;
  const plan = decidePrivileges({ uid: process.getuid?.(), user, group, serveAsRoot });
  if (plan.kind === "refuse") throw plan.error;
  return plan.kind === "drop" ? lookUpIdentity(plan.user, plan.group) : undefined;
}

function createServer(handler: RequestListener, policy: ListenPolicy, around: ServerSurroundings): Server {
  const options = {
    headersTimeout: policy.headersTimeoutMs,
    requestTimeout: policy.requestTimeoutMs,
    keepAliveTimeout: policy.keepAliveTimeoutMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: policy.maxHeaderBytes,
    // The pipeline refuses it itself, with the header set on the answer.
    requireHostHeader: false,
    insecureHTTPParser: false,
  };
  const server =
    policy.tls === undefined
      ? createHttpServer(options, handler)
      : createHttpsServer({ ...options, ...loadTls(policy.tls) }, handler);
  server.maxConnections = policy.maxConnections;
  server.maxHeadersCount = 200;
  answerParserErrors(server, around.headers, policy.tls === undefined ? "http" : "https");
  capConnections(server, policy.maxConnectionsPerAddress, around.trust);
  return server;
}

/** Runs `onBound` in the same turn as the bind: the loop cannot accept a connection in between. */
function bind(server: Server, policy: ListenPolicy, onBound: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(bindError(error, policy)));
    server.listen({ port: policy.port, host: policy.host, exclusive: true }, () => {
      try {
        onBound();
        resolve();
      } catch (error) {
        server.close();
        reject(error);
      }
    });
  });
}

function bindError(error: NodeJS.ErrnoException, policy: ListenPolicy): Error {
  const place = `${policy.host}:${policy.port}`;
  if (error.code === "EADDRINUSE") {
    return new ConfigError(
      "PORT_IN_USE",
      {
        what: `listen(): ${place} is taken by another process.`,
        why: "the application would not be reachable, or somebody else would answer in its place.",
        fix: `stop the other one (ss -ltnp "sport = :${policy.port}" names it), or choose another port.`,
      },
      { cause: error },
    );
  }
  if (error.code === "EACCES") {
    return new ConfigError(
      "PERMISSION_DENIED",
      {
        what: `listen(): this user may not bind ${place}.`,
        why: "ports below 1024 belong to root.",
        fix: 'choose one: start as root with option "user"; socket activation by systemd; setcap cap_net_bind_service or authbind; a proxy in front and a port above 1023.',
      },
      { cause: error },
    );
  }
  return new ConfigError(
    "ADDRESS_UNAVAILABLE",
    {
      what: `listen(): ${place} cannot be bound: ${error.code ?? error.message}.`,
      why: "this machine does not have that address, or does not know that name.",
      fix: 'use "127.0.0.1" for this machine only, "::" for every address.',
    },
    { cause: error },
  );
}

function closeOnce(server: Server, policy: ListenPolicy, around: ServerSurroundings): () => Promise<void> {
  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    await drain(server, policy.shutdownTimeoutMs);
    await around.close();
    await policy.onClose();
  }
  return () => (closing ??= closeAll());
}

function closeOnSignals(close: () => Promise<void>): void {
  function onSignal(): void {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`hauberk: closing failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  }
  process.once("SIGTERM", onSignal);
  process.once("SIGINT", onSignal);
}

function urlOf(address: AddressInfo, policy: ListenPolicy): string {
  const everywhere = address.address === "::" || address.address === "0.0.0.0";
  const host =
    everywhere || address.address === "127.0.0.1"
      ? "localhost"
      : address.family === "IPv6"
        ? `[${address.address}]`
        : address.address;
  return `${policy.tls === undefined ? "http" : "https"}://${host}:${address.port}`;
}
