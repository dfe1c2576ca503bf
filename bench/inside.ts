// For the scripts that price what calls no kernel: requests reach the server of a variant's process through a connection
// that is an object of the same process. Node's parser, Express and the writing of the answer are all in it; what is not are
// system calls, whose time varies by more from round to round than what is priced.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import process from "node:process";
import { Duplex } from "node:stream";
import type { Application } from "express";
import { forkVariant, tell } from "./cost.ts";
import { summarise, type Summary } from "./stats.ts";

const CONNECTIONS = 16;

/** What a process is told to answer. */
interface Order {
  readonly request: string;
  readonly requests: number;
  /** What every answer has to hold, and ends with. */
  readonly ending: string;
}

/** How much is measured. */
interface Work {
  /** How often all processes are started anew: two of the same program may differ by a tenth in what V8 made of it. */
  readonly sets: number;
  readonly rounds: number;
  /** In each round, a multiple of 16, as many connections ask at once. */
  readonly requests: number;
}

/** As the command's arguments say: `[sets] [rounds] [requests]`. */
export function readWork([sets = "5", rounds = "100", requests = "1600"] = process.argv.slice(2)): Work {
  return { sets: Number(sets), rounds: Number(rounds), requests: Number(requests) };
}

/** Of each set the CPU time of a variant's process for one request, in microseconds. */
export type Prices = ReadonlyMap<string, readonly number[]>;

/**
 * Prices the variants of the running script for one request, in interleaved rounds. The first sixth of a set warms up.
 *
 * @param ending what every answer ends with
 */
export async function priceVariants(
  script: string,
  names: readonly string[],
  { request, ending }: Pick<Order, "request" | "ending">,
  { sets, rounds, requests }: Work,
): Promise<Prices> {
  const prices = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let set = 0; set < sets; set++) {
    const variants = await Promise.all(names.map(async (name) => startInside(script, name)));
    const costs = new Map<string, number[]>(names.map((name) => [name, []]));
    for (let round = -rounds / 5; round < rounds; round++) {
      for (const { name, child } of variants) {
        const micros = await priceInside(child, { request, requests, ending });
        if (round >= 0) costs.get(name)?.push(micros);
      }
    }
    for (const { child } of variants) child.disconnect();
    for (const [name, each] of costs) prices.get(name)?.push(undisturbed(each));
  }
  return prices;
}

async function startInside(
  script: string,
  name: string,
): Promise<{ readonly name: string; readonly child: ChildProcess }> {
  const child = forkVariant(script, name, { execArgv: [...process.execArgv, "--conditions=source"] });
  await once(child, "message");
  return { name, child };
}

async function priceInside(child: ChildProcess, order: Order): Promise<number> {
  const { cpu: { user, system } = { user: Number.NaN, system: Number.NaN } } = await tell(child, order);
  return (user + system) / order.requests;
}

/** What a request costs when nothing else wants the machine: the lower quartile, as all else only adds to it. */
export function undisturbed(rounds: readonly number[]): number {
  return rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 4)] ?? Number.NaN;
}

/** What a variant takes more than another one of the same set: the median of the sets, with the least and the most. */
export function addedBy(name: string, without: string, prices: Prices): Summary {
  const rest = prices.get(without) ?? [];
  return summarise((prices.get(name) ?? []).map((micros, set) => micros - (rest[set] ?? Number.NaN)));
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
