import { once } from "node:events";
import { connect, createServer } from "node:net";

/** A port of the loopback address that nobody listens on just now. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
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
