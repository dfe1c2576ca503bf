// For the scripts that price what calls no kernel: requests reach the server of a variant's process through a connection
// that is an object of the same process. Node's parser, Express and the writing of the answer are all in it; what is not are
// system calls, whose time varies by more from round to round than what is priced.
import { once } from "node:events";
import { createServer } from "node:http";
import process from "node:process";
import { Duplex } from "node:stream";
import type { Application } from "express";
import { type CostServer, forkVariant, tell } from "./cost.ts";

const CONNECTIONS = 16;

/** What a process is told to answer. */
interface Order {
  readonly request: string;
  /** A multiple of 16, as many connections ask at once. */
  readonly requests: number;
  /** What every answer has to hold, and ends with. */
  readonly ending: string;
}

/** Starts the running script once more, for one variant. */
export async function startInside(script: string, name: string): Promise<Omit<CostServer, "port">> {
  const child = forkVariant(script, name, { execArgv: [...process.execArgv, "--conditions=source"] });
  await once(child, "message");
  return { name, child };
}

/** CPU time of the variant's process for one request, in microseconds. */
export async function priceInside({ child }: Pick<CostServer, "child">, order: Order): Promise<number> {
  const { cpu: { user, system } = { user: Number.NaN, system: Number.NaN } } = await tell(child, order);
  return (user + system) / order.requests;
}

/**
 * What a request costs when nothing else wants the machine: the lower quartile of the rounds, as all else only adds to it.
 */
export function undisturbed(rounds: readonly number[]): number {
  return rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 4)] ?? Number.NaN;
}

/** In the variant's process: answers each order with the CPU time it took. */
export function serveInside(app: Application): void {
  const server = createServer(app);
  process.on("message", (order: Order) => {
    void carryOut(server, order).then((cpu) => process.send?.({ cpu }));
  });
  process.on("disconnect", () => process.exit());
  process.send?.({});
}

async function carryOut(server: ReturnType<typeof createServer>, order: Order): Promise<NodeJS.CpuUsage> {
  const share = { ...order, requests: order.requests / CONNECTIONS };
  const wires = Array.from({ length: CONNECTIONS }, () => new Wire(share));
  for (const wire of wires) server.emit("connection", wire);
  const before = process.cpuUsage();
  for (const wire of wires) wire.ask();
  await Promise.all(wires.map(async (wire) => once(wire, "close")));
  return process.cpuUsage(before);
}

/** A connection of the same process: asks again as soon as an answer is complete. */
class Wire extends Duplex {
  // What the server reads of a connection from this machine.
  readonly remoteAddress = "127.0.0.1";
  readonly #request: Buffer;
  readonly #ending: string;
  #left: number;
  #received = "";

  constructor({ request, requests, ending }: Order) {
    super({ decodeStrings: false });
    this.#request = Buffer.from(request, "latin1");
    this.#ending = ending;
    this.#left = requests;
  }

  ask(): void {
    if (this.#left-- > 0) this.push(this.#request);
    else this.destroy();
  }

  override _read(): void {
    // The next request follows the answer.
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#received += typeof chunk === "string" ? chunk : chunk.toString("latin1");
    done();
    if (!this.#received.endsWith(this.#ending)) return;
    if (!this.#received.startsWith("HTTP/1.1 200 ")) throw new Error(`not a page: ${this.#received}`);
    this.#received = "";
    setImmediate(() => this.ask());
  }
}
