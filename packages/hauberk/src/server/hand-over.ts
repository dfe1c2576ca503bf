import type { Socket } from "node:net";
import type { AddressPlaces } from "./address-places.ts";
import type { Member, Waiting } from "./member.ts";
import { pickWorker } from "./worker-policy.ts";

/** Connections that wait while no worker is ready; beyond, they are refused. */
const MAX_WAITING = 1024;

/** Gives each connection to the worker that is least busy, and knows which worker has which. */
export class HandOver {
  readonly #places: AddressPlaces;
  readonly #members: ReadonlySet<Member>;
  readonly #waiting: Waiting[] = [];
  #nextId = 0;
  #closed = false;

  constructor(members: ReadonlySet<Member>, places: AddressPlaces) {
    this.#members = members;
    this.#places = places;
  }

  /** Hands one connection over, or lets it wait for a worker. */
  give(socket: Socket, listener: number, local: boolean): void {
    const key = local ? undefined : this.#places.keyOf(socket.remoteAddress ?? "");
    if (key !== undefined && !this.#places.take(key)) {
      socket.destroy();
      return;
    }
    // A client that is gone is told by "close" in the worker; until then nobody else listens.
    socket.on("error", () => undefined);
    this.#place({ socket, listener, local, key });
  }

  /** A worker is ready: those who waited are served. */
  serveWaiting(): void {
    for (const waiting of this.#waiting.splice(0)) this.#place(waiting);
  }

  /** The worker has it: our copy is closed, the worker's stays open. */
  taken(member: Member, id: number): void {
    member.sent.get(id)?.socket.destroy();
    member.sent.delete(id);
  }

  release(member: Member, id: number): void {
    const key = member.held.get(id);
    member.held.delete(id);
    if (key !== undefined) this.#places.leave(key);
  }

  /** The worker is dead: what it had is gone, what it had not taken yet is given to another one. */
  reclaim(member: Member): void {
    const sent = [...member.sent];
    for (const [id] of sent) member.held.delete(id);
    for (const id of Array.from(member.held.keys())) this.release(member, id);
    for (const [, waiting] of sent) this.#place(waiting);
  }

  close(): void {
    this.#closed = true;
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
  }

  #place(waiting: Waiting): void {
    const member = pickWorker([...this.#members].filter(({ serving }) => serving));
    if (member !== undefined) this.#send(member, waiting);
    else if (this.#waiting.length < MAX_WAITING && !this.#closed) this.#waiting.push(waiting);
    else {
      waiting.socket.destroy();
      if (waiting.key !== undefined) this.#places.leave(waiting.key);
    }
  }

  #send(member: Member, waiting: Waiting): void {
    const id = (this.#nextId += 1);
    const { socket, listener, local, key } = waiting;
    member.held.set(id, key);
    member.sent.set(id, waiting);
    member.handOver({ hauberk: "connection", id, listener, local }, socket);
  }
}
