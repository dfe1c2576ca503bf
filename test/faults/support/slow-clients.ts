// `node slow-clients.ts <port> <kind> <count>`: holds connections from 127.0.0.66 open as slowly as it can, until killed.
// A process of its own: a probe in the same one would measure the attacker's event loop.
import type { Socket } from "node:net";
import { dial, sleep } from "../../../packages/hauberk/test/server/harness.ts";

const port = Number(process.argv[2]);
const count = Number(process.argv[4]);
const kinds: Readonly<
  Record<string, { readonly first: string; readonly drip: string; readonly reads: boolean }>
> = {
  headers: { first: "GET / HTTP/1.1\r\nHost: localhost\r\n", drip: "X-a: b\r\n", reads: true },
  bodies: {
    first: "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4096\r\n\r\n",
    drip: "x",
    reads: true,
  },
  reading: { first: `GET /large HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`, drip: "", reads: false },
  silence: { first: "", drip: "", reads: true },
};
const kind = kinds[process.argv[3] ?? ""];
if (kind === undefined) throw new Error("unknown kind of slowness");

const sockets: Socket[] = [];
setInterval(() => {
  if (kind.drip !== "") for (const socket of sockets) if (socket.writable) socket.write(kind.drip);
}, 1000);
for (let index = 0; index < count; index++) {
  const socket = dial(port, "127.0.0.66");
  if (!kind.reads) socket.pause();
  if (kind.first !== "") socket.write(kind.first);
  sockets.push(socket);
  // oxlint-disable-next-line no-await-in-loop -- 1,500 in about two seconds
  if (index % 50 === 0) await sleep(60);
}
