import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { HOST, ORIGIN } from "../../../packages/hauberk/test/gate.ts";

const GET = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n`;
const POST = `HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Length: 50000\r\nContent-Type:`;
const PART = `--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG\r\n\x1a\n`;

/** What is sent, and whether the client goes away without waiting for an answer. */
const KINDS: readonly (readonly [name: string, bytes: string, end: "reset" | "answer"])[] = [
  ["nothing, then a reset", "", "reset"],
  ["a reset in the headers", GET.slice(0, -10), "reset"],
  ["a reset before the answer", `${GET}\r\n`, "reset"],
  ["a reset in a form", `POST /form ${POST} application/x-www-form-urlencoded\r\n\r\na=1&b=`, "reset"],
  ["a reset in JSON", `POST /form ${POST} application/json\r\n\r\n{"a":[1,`, "reset"],
  [
    "a reset in an upload",
    `POST /files ${POST} multipart/form-data; boundary=xyz\r\n\r\n${PART}${"x".repeat(20_000)}`,
    "reset",
  ],
  ["a malformed request line", `GET  / / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, "answer"],
  ["bytes that are no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "answer"],
  ["two lengths", `POST /form ${POST} text/plain\r\nContent-Length: 3\r\n\r\nabc`, "answer"],
  ["headers too large", `${GET}X: ${"x".repeat(20_000)}\r\n\r\n`, "answer"],
  ["CONNECT", "CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n", "answer"],
  ["CONNECT and a reset", `CONNECT ${HOST} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, "reset"],
  ["Upgrade", `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, "answer"],
  ["Upgrade and a reset", `${GET}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`, "reset"],
  ["a request and garbage behind it", `${GET}\r\n\x00\xff garbage\r\n\r\n`, "answer"],
  ["twenty requests and a reset", `${GET}\r\n`.repeat(20), "reset"],
];

/** As many as have requests left by the default limit: refused ones would reach nothing behind it. */
const ADDRESSES = 1000;
const AT_ONCE = 32;
const ANSWER_MS = 2000;

async function breakOne(port: number, at: number): Promise<void> {
  const [, bytes, end] = KINDS[at % KINDS.length] ?? ["", "", "reset"];
  const client = Math.floor(at / KINDS.length) % ADDRESSES;
  const localAddress = `127.${20 + (client >> 8)}.${client & 255}.1`;
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => undefined);
  socket.on("data", () => undefined);
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  socket.write(bytes, "latin1");
  if (end === "answer") await answered(socket);
  // As often at once as when the server has begun with it.
  else if (at % (2 * KINDS.length) < KINDS.length) await setTimeout(2);
  const closed = once(socket, "close");
  socket.resetAndDestroy();
  if (!socket.closed) await closed;
}

async function answered(socket: Socket): Promise<void> {
  const late = new AbortController();
  await Promise.race([
    once(socket, "data", { signal: late.signal }).catch(() => undefined),
    once(socket, "close", { signal: late.signal }).catch(() => undefined),
    setTimeout(ANSWER_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
}

interface Measured {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Sockets, timers and the like that keep the process alive. */
  readonly resources: number;
  readonly descriptors: number;
}

/** What the process held once so many requests were over. */
export interface Held extends Omit<Measured, "heapBytes" | "rssBytes"> {
  readonly requests: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly filesLeft: number;
}

/** What a process holds after so many requests that were cut off or are no requests; it has to be the same each time. */
export async function breakRequests(marks: readonly number[]) {
  const directory = mkdtempSync(join(tmpdir(), "hauberk-broken-"));
  const child = fork(new URL("broken-server.ts", import.meta.url), [directory], {
    execArgv: ["--conditions=source", "--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
    const held: Held[] = [];
    let at = 0;
    for (const mark of marks) {
      const next = async (): Promise<void> => {
        while (at < mark) await breakOne(port, at++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      // Longer than an idle connection is kept.
      await setTimeout(6000);
      child.send("measure");
      const [now] = (await once(child, "message")) as [Measured];
      held.push({
        requests: mark,
        heapMb: megabytes(now.heapBytes),
        rssMb: megabytes(now.rssBytes),
        resources: now.resources,
        descriptors: now.descriptors,
        filesLeft: readdirSync(directory).length,
      });
    }
    return { kinds: KINDS.map(([name]) => name), addresses: ADDRESSES, held };
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(directory, { recursive: true });
  }
}

/** From the first measurement to the last. */
export function growth(held: readonly Held[]) {
  const [first, last] = [held.at(0), held.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("nothing was measured");
  const bytes = (last.heapMb - first.heapMb) * 1_048_576;
  return {
    bytesPerRequest: Math.round((bytes / (last.requests - first.requests)) * 10) / 10,
    resources: last.resources - first.resources,
    descriptors: last.descriptors - first.descriptors,
  };
}

function megabytes(bytes: number): number {
  return Math.round((bytes / 1_048_576) * 100) / 100;
}
