// `node slow-clients.ts <port> <kind> <count>`: holds connections from 127.0.0.66 open as slowly as it can, and opens those
// again that were closed, until killed. A process of its own: a probe in the same one would measure the attacker's loop.
import type { Socket } from "node:net";
import { dial, sleep } from "../../../packages/hauberk/test/server/harness.ts";

interface Kind {
  readonly first: string;
  readonly drip: string;
  readonly reads: boolean;
}

const FROM = "127.0.0.66";
/** How many of the closed ones are opened again in a tenth of a second. */
const AGAIN = 20;
const [, , port = "", name = "", count = ""] = process.argv;
const host = `Host: localhost:${port}\r\n`;
const kinds: Readonly<Record<string, Kind>> = {
  "slow headers": { first: `GET / HTTP/1.1\r\n${host}`, drip: "X-a: b\r\n", reads: true },
  "slow bodies": {
    first: `POST / HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 4096\r\n\r\n`,
    drip: "x",
    reads: true,
  },
  "slow reading of 1 MB": { first: `GET /large HTTP/1.1\r\n${host}\r\n`, drip: "", reads: false },
  "idle connections": { first: "", drip: "", reads: true },
  // The head of a TLS record and of a ClientHello; the rest never comes.
  "half-open TLS": { first: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", drip: "", reads: true },
};
const kind = kinds[name];
if (kind === undefined) throw new Error(`unknown kind of slowness: ${name}`);

const sockets = new Set<Socket>();
for (let index = 0; index < Number(count); index++) {
  open(kind);
  // 1,500 in about two seconds.
  if (index % 50 === 0) await sleep(60);
}
setInterval(() => {
  if (kind.drip !== "") for (const socket of sockets) if (socket.writable) socket.write(kind.drip);
}, 1000);
setInterval(() => {
  for (let again = 0; again < AGAIN && sockets.size < Number(count); again++) open(kind);
}, 100);

function open({ first, reads }: Kind): void {
  const socket = dial(Number(port), FROM);
  if (!reads) socket.pause();
  if (first !== "") socket.write(first, "latin1");
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}
