import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { emitEvent } from "../events/index.ts";
import { addressKey } from "../limit/key.ts";
import { normalizeAddress } from "../origin/client.ts";
import type { TrustPeer } from "../origin/options.ts";
import { noteReadiness, type Readiness } from "./readiness.ts";

export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxRequestsPerConnection: number;
}

/** One accepted connection, and what is being answered on it. */
export interface Connection {
  readonly id: string | Socket;
  readonly socket: Socket;
  /** What it is counted under; undefined for a declared proxy, through which everybody comes. */
  readonly address: string | undefined;
  readonly answering: Set<ServerResponse>;
  requests: number;
}

/** The connections of one server: counted, capped, and known to be busy or quiet. */
export class Connections {
  readonly readiness: Readiness = { ready: true };
  readonly #limits: ConnectionLimits;
  readonly #trust: TrustPeer | undefined;
  readonly #open = new Map<string | Socket, Connection>();
  /** Those with nothing in flight, the longest quiet first. */
  readonly #quiet = new Set<Connection>();
  readonly #perAddress = new Map<string, { count: number; refusedAtMs: number }>();
  #draining = false;
  #inFlight = 0;

  constructor(limits: ConnectionLimits, trust: TrustPeer | undefined) {
    this.#limits = limits;
    this.#trust = trust;
  }

  get size(): number {
    return this.#open.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Requests that have arrived and are not fully answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Follows every connection of the server from accept to close. Call it before the handler is registered.
   *
   * @param isLocal whether it listens on a Unix-domain socket: the peer is then this machine, whatever it forwards for
   */
  watch(server: Server, isLocal: () => boolean): void {
    server.on("connection", (socket: Socket) => {
      if (isLocal()) Object.defineProperty(socket, "remoteAddress", { value: "127.0.0.1" });
      // It was reset before it was accepted. Without an address it could not be told from a trusted peer.
      if (socket.remoteAddress === undefined) socket.destroy();
      else this.#accept(socket, socket.remoteAddress);
    });
    server.on("request", (req, res) => this.#begin(req, res));
  }

  find(socket: Socket): Connection | undefined {
    return this.#open.get(idOf(socket));
  }

  /** From now on every answer, also of a request in flight, ends its connection. */
  beginDraining(): void {
    this.#draining = true;
    for (const { answering } of this.#open.values()) for (const res of answering) lastOnConnection(res);
  }

  /** Closes what has nothing in flight: idle keep-alives, and those who connected and never said anything. */
  closeQuiet(): void {
    for (const { socket } of this.#quiet) socket.destroy();
  }

  /** @returns how many requests were cut off */
  closeAll(): number {
    const cut = this.#inFlight;
    for (const { socket } of this.#open.values()) socket.destroy();
    return cut;
  }

  #accept(socket: Socket, remoteAddress: string): void {
    const address = this.#countedAddress(remoteAddress);
    if (address !== undefined && !this.#takePlace(address)) {
      socket.destroy();
      return;
    }
    // A slow client holds its place for as long as nobody needs it; then the one quiet for longest gives way.
    if (this.#open.size >= this.#limits.maxConnections && !this.#evict()) {
      emitEvent("server.connection-refused", {
        because: "too-many",
        ...(address && { clientAddress: address }),
      });
      if (address !== undefined) this.#leavePlace(address);
      socket.destroy();
      return;
    }
    const id = idOf(socket);
    const connection: Connection = { id, socket, address, answering: new Set<ServerResponse>(), requests: 0 };
    this.#open.set(id, connection);
    this.#quiet.add(connection);
    socket.once("close", () => {
      this.#forget(connection);
      if (address !== undefined) this.#leavePlace(address);
    });
  }

  #begin(req: IncomingMessage, res: ServerResponse): void {
    const connection = this.find(req.socket);
    if (connection === undefined) return;
    noteReadiness(req.socket, this.readiness);
    connection.requests += 1;
    connection.answering.add(res);
    this.#inFlight += 1;
    this.#quiet.delete(connection);
    if (this.#draining || connection.requests >= this.#limits.maxRequestsPerConnection) lastOnConnection(res);
    res.once("close", () => {
      if (connection.answering.delete(res)) this.#inFlight -= 1;
      const open = this.#open.get(connection.id) === connection;
      if (open && connection.answering.size === 0) this.#quiet.add(connection);
    });
  }

  #evict(): boolean {
    const [oldest] = this.#quiet;
    if (oldest === undefined) return false;
    oldest.socket.destroy();
    this.#forget(oldest);
    return true;
  }

  #forget(connection: Connection): void {
    if (this.#open.get(connection.id) === connection) this.#open.delete(connection.id);
    this.#quiet.delete(connection);
    // Answers that waited behind others on this connection never get an event of their own.
    this.#inFlight -= connection.answering.size;
    connection.answering.clear();
  }

  #countedAddress(remoteAddress: string): string | undefined {
    const address = normalizeAddress(remoteAddress);
    return address === undefined || this.#trust?.(address, 0) === true ? undefined : addressKey(address);
  }

  #takePlace(address: string): boolean {
    const place = this.#perAddress.get(address) ?? { count: 0, refusedAtMs: Number.NEGATIVE_INFINITY };
    if (place.count + 1 <= this.#limits.maxConnectionsPerAddress) {
      place.count += 1;
      this.#perAddress.set(address, place);
      return true;
    }
    // One event a second: somebody who opens connections all day must not fill the log's disk.
    if (performance.now() - place.refusedAtMs >= 1000) {
      place.refusedAtMs = performance.now();
      emitEvent("server.connection-refused", { because: "address-has-too-many", clientAddress: address });
    }
    return false;
  }

  #leavePlace(address: string): void {
    const place = this.#perAddress.get(address);
    if (place === undefined) return;
    place.count -= 1;
    if (place.count <= 0) this.#perAddress.delete(address);
  }
}

/** Node writes `Connection: close` itself then; a header could be removed again, as error pages do. */
function lastOnConnection(res: ServerResponse): void {
  if (!res.headersSent) res.shouldKeepAlive = false;
}

/**
 * What an accepted socket and the TLS socket on top of it have in common. Sockets without a port are Unix-domain ones,
 * which carry no TLS: the socket itself is its name.
 */
function idOf(socket: Socket): string | Socket {
  const { remotePort, remoteAddress, localPort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort} ${localPort}`;
}
