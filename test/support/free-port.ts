import { once } from "node:events";
import { connect, createServer } from "node:net";

// Below the ports that the kernel hands out by itself, to servers on port 0 and to connections that go out: one of those
// would now and then be taken between this answer and the start of the server that is to have it. A slice for each
// process, as test files run side by side; none that browsers and fetch() refuse.
const FIRST = 11_000;
const SLICES = 210;
const SLICE = 100;
const first = FIRST + (process.pid % SLICES) * SLICE;
let asked = 0;

/** A port of the loopback address that nobody listens on, and that nobody else is given for now. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let attempt = 0; attempt < SLICE; attempt++) {
    const port = first + (asked++ % SLICE);
    // oxlint-disable-next-line no-await-in-loop -- until one is free
    if (await isFree(port, host)) return port;
  }
  throw new Error(`no free port from ${first} to ${first + SLICE - 1}`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const probe = createServer();
  const free = await Promise.race([
    once(probe.listen(port, host), "listening").then(() => true),
    once(probe, "error").then(() => false),
  ]).catch(() => false);
  if (!free) return false;
  probe.close();
  await once(probe, "close");
  return true;
}

/** Whether a connection to the port is accepted. */
export async function isListening(port: number, host = "127.0.0.1"): Promise<boolean> {
  const socket = connect({ port, host });
  const connected = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return connected;
}
