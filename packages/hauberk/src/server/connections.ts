import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { emitEvent } from "../events/index.ts";
import type { TrustPeer } from "../origin/options.ts";
import { AddressPlaces } from "./address-places.ts";
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
  readonly #places: AddressPlaces;
  readonly #open = new Map<string | Socket, Connection>();
  /** The same by the socket of its requests, which over TLS is not the one that was accepted. */
  readonly #bySocket = new WeakMap<Socket, Connection>();
  /** Those with nothing in flight, the longest quiet first. */
  readonly #quiet = new Set<Connection>();
  #whenEmpty: (() => void) | undefined;
  #draining = false;
  #inFlight = 0;

  constructor(limits: ConnectionLimits, trust: TrustPeer | undefined) {
    this.#limits = limits;
    this.#places = new AddressPlaces(limits.maxConnectionsPerAddress, trust);
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
    const known = this.#bySocket.get(socket) ?? this.#open.get(idOf(socket));
    // Closed meanwhile: nothing of it is to be answered any more.
    if (known === undefined || this.#open.get(known.id) !== known) return undefined;
    this.#bySocket.set(socket, known);
    return known;
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

  /** Resolves once nothing is connected any more. */
  empty(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
      if (this.#open.size === 0) resolve();
    });
  }

  /** @returns how many requests were cut off */
  closeAll(): number {
    const cut = this.#inFlight;
    for (const { socket } of this.#open.values()) socket.destroy();
    return cut;
  }

  #accept(socket: Socket, remoteAddress: string): void {
    const address = this.#places.keyOf(remoteAddress);
    if (address !== undefined && !this.#places.take(address)) {
      socket.destroy();
      return;
    }
    // A slow client holds its place for as long as nobody needs it; then the one quiet for longest gives way.
    if (this.#open.size >= this.#limits.maxConnections && !this.#evict()) {
      emitEvent("server.connection-refused", {
        because: "too-many",
        ...(address && { clientAddress: address }),
      });
      if (address !== undefined) this.#places.leave(address);
      socket.destroy();
      return;
    }
    const id = idOf(socket);
    const connection: Connection = { id, socket, address, answering: new Set<ServerResponse>(), requests: 0 };
    this.#open.set(id, connection);
    this.#quiet.add(connection);
    socket.once("close", () => {
      this.#forget(connection);
      if (address !== undefined) this.#places.leave(address);
    });
  }

  #begin(req: IncomingMessage, res: ServerResponse): void {
    const connection = this.find(req.socket);
    if (connection === undefined) return;
    if (connection.requests === 0) noteReadiness(req.socket, this.readiness);
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
    if (this.#open.size === 0) this.#whenEmpty?.();
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
  const { remotePort, remoteAddress, localPort, localAddress } = socket;
  // All four: one port of a client may be connected to two addresses of this machine.
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
