import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import { HOST, ORIGIN } from "../../../packages/hauberk/test/gate.ts";

interface Memory {
  readonly rssBytes: number;
  /** What is still in use: the process keeps more, for what comes next. */
  readonly heapBytes: number;
}

export interface BodyServer {
  readonly port: number;
  readonly directory: string;
  readonly memory: () => Promise<Memory>;
  readonly end: () => Promise<void>;
}

async function startBodyServer(): Promise<BodyServer> {
  const directory = mkdtempSync(join(tmpdir(), "hauberk-uploads-"));
  const child = fork(new URL("body-server.ts", import.meta.url), [directory], {
    execArgv: ["--conditions=source", "--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  return {
    port,
    directory,
    memory: async () => {
      child.send("memory");
      const [memory] = (await once(child, "message")) as [Memory];
      return memory;
    },
    end: async () => {
      child.kill();
      await once(child, "exit");
      rmSync(directory, { recursive: true });
    },
  };
}

const HEAD = `POST /files HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 4000000\r\n\r\n`;
const PART = `--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n`;
const PNG = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(200_000, 1)]);

/** Goes away at another place each time: before the part, in its head, in the file's first bytes, in the middle of it. */
async function abortedUpload(port: number, at: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const sent = [
    HEAD,
    HEAD + PART.slice(0, 40),
    Buffer.concat([Buffer.from(HEAD + PART), PNG.subarray(0, 4)]),
    Buffer.concat([Buffer.from(HEAD + PART), PNG]),
  ][at % 4];
  socket.write(sent ?? HEAD);
  // As often at once as after the server has begun to write.
  if (at % 8 < 4) await setTimeout(5);
  if (at % 2 === 0) socket.resetAndDestroy();
  else socket.destroy();
  await once(socket, "close");
}

/** What so many aborted uploads leave behind, on disk and in memory. */
export async function abortUploads(uploads: number) {
  const server = await startBodyServer();
  const run = async (count: number): Promise<void> => {
    let at = 0;
    const next = async (): Promise<void> => {
      while (at < count) await abortedUpload(server.port, at++);
    };
    await Promise.all(Array.from({ length: 20 }, next));
    // The last ones are cleared away after their connection is gone, and some of them are only begun then.
    let [empty, tries] = [0, 0];
    while (empty < 10 && tries++ < 100) {
      await setTimeout(50);
      empty = readdirSync(server.directory).length === 0 ? empty + 1 : 0;
    }
  };
  await run(40);
  const before = await server.memory();
  await run(uploads);
  const after = await server.memory();
  const orphans = readdirSync(server.directory).length;
  await server.end();
  return {
    uploads,
    orphans,
    rssGrowthMb: megabytes(after.rssBytes - before.rssBytes),
    heapGrowthMb: megabytes(after.heapBytes - before.heapBytes),
  };
}

function megabytes(bytes: number): number {
  return Math.round((bytes / 1_048_576) * 10) / 10;
}

const ZEROS = Buffer.alloc(64 * 1024 * 1024);
const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";
const INDEX = "a[99999999]";

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What has to be refused at once, each in so many milliseconds. */
const BODIES: readonly (readonly [title: string, withinMs: number, make: () => Sent])[] = [
  ["64 MiB as gzip", 50, () => compressed("gzip", gzipSync(ZEROS))],
  [
    "64 MiB as brotli",
    50,
    () => compressed("br", brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })),
  ],
  ["64 MiB as zstd", 50, () => compressed("zstd", zstdCompressSync(ZEROS))],
  [
    `a form field ${INDEX}`,
    5,
    () => ({ path: "/any", headers: { "Content-Type": FORM }, body: Buffer.from(`${INDEX}=x`) }),
  ],
  [
    `a part ${INDEX}`,
    5,
    () => ({
      path: "/files",
      headers: { "Content-Type": "multipart/form-data; boundary=xyz" },
      body: Buffer.from(`--xyz\r\nContent-Disposition: form-data; name="${INDEX}"\r\n\r\nx\r\n--xyz--\r\n`),
    }),
  ],
];

function compressed(encoding: string, body: Buffer): Sent {
  return { path: "/any", headers: { "Content-Type": JSON_TYPE, "Content-Encoding": encoding }, body };
}

async function answerTo(port: number, { path, headers, body }: Sent): Promise<number> {
  const outgoing = request({
    port,
    path,
    method: "POST",
    agent: false,
    headers: { Host: HOST, Origin: ORIGIN, ...headers, "Content-Length": String(body.length) },
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [
    { readonly statusCode: number; resume: () => unknown },
  ];
  incoming.resume();
  return incoming.statusCode;
}

/**
 * How long the refusals take, from the first byte sent to the first received. The fastest says what they cost; the
 * others, who else was busy.
 */
export async function refuseBodies(tries: number) {
  const server = await startBodyServer();
  const results = [];
  for (const [title, withinMs, make] of BODIES) {
    const sent = make();
    const statuses = new Set<number>();
    const times: number[] = [];
    for (let tried = 0; tried < tries; tried++) {
      const started = performance.now();
      statuses.add(await answerTo(server.port, sent));
      times.push(performance.now() - started);
    }
    const ordered = times.toSorted((a, b) => a - b);
    results.push({
      title,
      bytesSent: sent.body.length,
      statuses: [...statuses],
      withinMs,
      fastestMs: round(ordered[0]),
      medianMs: round(ordered[Math.floor(tries / 2)]),
    });
  }
  await server.end();
  return results;
}

function round(ms = Number.NaN): number {
  return Math.round(ms * 100) / 100;
}
