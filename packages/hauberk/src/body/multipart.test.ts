import assert from "node:assert/strict";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  symlinkSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorRequestHandler } from "express";
import {
  collectEvents,
  HOST,
  ORIGIN,
  serveProtected,
  type Answer,
  type TestServer,
} from "../../test/gate.ts";
import { ConfigError } from "../errors/config-error.ts";
import { body, serveUpload, type UploadedFile, type UploadOptions } from "./index.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";

const PNG = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(200, 7)]);

interface Uploads {
  readonly server: TestServer;
  readonly directory: string;
}

async function serveUploads(context: TestContext, options: Partial<UploadOptions> = {}): Promise<Uploads> {
  const directory = mkdtempSync(join(tmpdir(), "hauberk-uploads-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const upload = body.multipart({ directory, accept: ["image/png", "application/pdf"], ...options });
  const stored: UploadedFile[] = [];
  const server = await serveProtected(context, (app) => {
    app.post("/files", upload, (req, res) => {
      const { fields, files } = upload.result(req);
      stored.push(...files);
      res.json({
        fields,
        files: files.map(({ field, type, name, bytes }) => ({ field, type, name, bytes })),
      });
    });
    app.post("/discarded", upload, (req, res, next) => {
      upload.discard(req).then(() => res.send("discarded"), next);
    });
    app.post("/kept", upload, ((_error, req, res, _next) => {
      res.status(413).json(upload.fields(req));
    }) satisfies ErrorRequestHandler);
    app.get("/files/:at", (req, res, next) => {
      const file = stored[Number(req.params.at)];
      const given = file ?? { id: "0".repeat(32), type: "image/png" as const, name: "x" };
      serveUpload(res, { directory, ...given, inline: req.query["inline"] === "1" }).catch(next);
    });
    app.get("/traversal", (_req, res, next) => {
      serveUpload(res, { directory, id: "../secret", type: "image/png", name: "x" }).catch(next);
    });
  });
  return { server, directory };
}

interface Part {
  readonly head: string;
  readonly content?: Buffer | string;
}

const file = (filename: string, content: Buffer | string = PNG, name = "attachment"): Part => ({
  head: `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/png`,
  content,
});
const field = (name: string, content = "x"): Part => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  content,
});

function encode(parts: readonly Part[], end = "--xyz--\r\n"): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ head, content = "" }) => [
      Buffer.from(`--xyz\r\n${head}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from("\r\n"),
    ]),
    Buffer.from(end),
  ]);
}

const HEADERS = { "Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=xyz" };

function post(server: TestServer, sent: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  return server.send({ method: "POST", path: "/files", headers: { ...HEADERS, ...headers }, body: sent });
}

test("stores a file under a random name that only its owner may read", async (context) => {
  const { server, directory } = await serveUploads(context);
  const answer = await post(server, encode([field("title", "Cat"), file("cat.png")]));
  assert.deepEqual(JSON.parse(answer.body), {
    fields: { title: "Cat" },
    files: [{ field: "attachment", type: "image/png", name: "cat.png", bytes: PNG.length }],
  });
  const [name = "", ...others] = readdirSync(directory);
  assert.deepEqual(others, []);
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  assert.deepEqual(readFileSync(join(directory, name)), PNG);
});

test("takes an empty file input for no file", async (context) => {
  const { server, directory } = await serveUploads(context);
  const answer = await post(server, encode([field("title"), file("", "")]));
  assert.equal(answer.body, '{"fields":{"title":"x"},"files":[]}');
  assert.deepEqual(readdirSync(directory), []);
});

test("removes files again that the route does not want", async (context) => {
  const { server, directory } = await serveUploads(context);
  const answer = await server.send({
    method: "POST",
    path: "/discarded",
    headers: HEADERS,
    body: encode([file("a.png")]),
  });
  assert.equal(answer.body, "discarded");
  assert.deepEqual(readdirSync(directory), []);
});

const big = Buffer.concat([PNG, Buffer.alloc(3000)]);

const REFUSED: readonly [
  title: string,
  sent: Buffer,
  status: number,
  because: string,
  headers?: Record<string, string>,
][] = [
  [
    "HTML that calls itself a PNG",
    encode([file("a.png", "<html><script>alert(1)</script></html>")]),
    415,
    "unknown-type",
  ],
  [
    "an SVG",
    encode([file("a.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")]),
    415,
    "unknown-type",
  ],
  ["a type that is known but not taken here", encode([file("a.gif", "GIF89a.........")]), 415, "image/gif"],
  ["a file too short to tell", encode([file("a.png", "\x89PNG")]), 415, "too-short"],
  ["an empty file with a name", encode([file("a.png", "")]), 415, "too-short"],
  [
    "a good file followed by a bad one",
    encode([file("a.png"), file("b.png", "<html></html>.....")]),
    415,
    "unknown-type",
  ],
  ["a file beyond the limit", encode([file("a.png", big)]), 413, "file"],
  ["too many files", encode([file("a.png"), file("b.png"), file("c.png")]), 413, "filesLimit"],
  ["too many fields", encode(["a", "b", "c", "d"].map((name) => field(name))), 413, "fieldsLimit"],
  ["a field beyond the limit", encode([field("a", "x".repeat(101))]), 400, "field-size"],
  ["a name of a thousand letters", encode([field("a".repeat(1000))]), 400, "field-size"],
  ["a repeated field", encode([field("a"), field("a")]), 400, "a"],
  ["a field called __proto__", encode([field("__proto__")]), 400, "__proto__"],
  [
    "a field called a[constructor]",
    encode([field("a[constructor][prototype]")]),
    400,
    "a[constructor][prototype]",
  ],
  ["a file in a field called __proto__", encode([file("a.png", PNG, "__proto__")]), 400, "__proto__"],
  ["a NUL in a field", encode([field("a", "x\0y")]), 400, "nul"],
  [
    "a file in no field at all",
    encode([{ head: 'Content-Disposition: form-data; filename="a.png"', content: PNG }]),
    400,
    "part without a name",
  ],
  ["a file in a field without a name", encode([file("a.png", PNG, "")]), 400, "part without a name"],
  [
    "a file name that is no UTF-8, and no file",
    encode([{ head: `Content-Disposition: form-data; name="a"; filename*=UTF-8''%E0%A4%A`, content: "x" }]),
    415,
    "too-short",
  ],
  ["bytes without a file name", encode([file("", PNG)]), 400, "file without a name"],
  [
    "a part without a name",
    encode([{ head: "Content-Disposition: form-data", content: "x" }]),
    400,
    "part without a name",
  ],
  ["no end", encode([file("a.png")], ""), 400, "multipart"],
  ["a cut last boundary", encode([file("a.png")], "--xy"), 400, "multipart"],
  ["nothing at all", Buffer.alloc(0), 400, "multipart"],
  ["no part", Buffer.from("hello"), 400, "multipart"],
  [
    "a part header that is never ended",
    Buffer.from("--xyz\r\nContent-Disposition: form-data"),
    400,
    "multipart",
  ],
  [
    "more bytes than everything together may have",
    encode([file("a.png", Buffer.alloc(100_000))]),
    413,
    "content-length",
  ],
  [
    "another type",
    encode([file("a.png")]),
    415,
    "not multipart",
    { "Content-Type": "multipart/mixed; boundary=xyz" },
  ],
  ["no boundary", encode([file("a.png")]), 415, "not multipart", { "Content-Type": "multipart/form-data" }],
  [
    "an empty boundary",
    encode([file("a.png")]),
    415,
    "not multipart",
    { "Content-Type": "multipart/form-data; boundary=" },
  ],
  [
    "a boundary of 71 letters",
    encode([file("a.png")]),
    415,
    "not multipart",
    { "Content-Type": `multipart/form-data; boundary=${"x".repeat(71)}` },
  ],
  ["JSON", Buffer.from("{}"), 415, "not multipart", { "Content-Type": "application/json" }],
];

const TIGHT = { maxFileBytes: 2000, maxFiles: 2, maxFields: 3, maxFieldBytes: 100 };

for (const [title, sent, status, because, headers] of REFUSED) {
  test(`refuses ${title}, and leaves nothing on disk`, async (context) => {
    const { server, directory } = await serveUploads(context, TIGHT);
    const events = collectEvents(context);
    const answer = await post(server, sent, headers);
    assert.deepEqual([answer.status, events[0]?.because, events.length], [status, because, 1]);
    assert.ok(answer.headers["content-security-policy"]);
    assert.deepEqual(readdirSync(directory), []);
    assert.equal((await post(server, encode([file("a.png")]))).status, 200);
  });
}

test("counts a body without Content-Length as it arrives", async (context) => {
  const { server, directory } = await serveUploads(context, { ...TIGHT, maxFields: 1 });
  const chunk = `${(50_000).toString(16)}\r\n${"x".repeat(50_000)}\r\n`;
  const answer = await server.raw(
    `POST /files HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=xyz\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.deepEqual(readdirSync(directory), []);
});

test("reads no byte of a forged upload", async (context) => {
  const { server, directory } = await serveUploads(context);
  for (const headers of [{ "Sec-Fetch-Site": "cross-site" }, { "Sec-Fetch-Site": "none" }])
    assert.equal((await post(server, encode([file("a.png")]), headers)).status, 403);
  assert.deepEqual(readdirSync(directory), []);
});

for (const [title, remaining] of [
  ["no quota left", 0],
  ["less quota than bytes", 100],
  ["a quota that is no number", Number.NaN],
] as const) {
  test(`refuses an upload with ${title}`, async (context) => {
    const { server, directory } = await serveUploads(context, {
      remainingBytes: () => Promise.resolve(remaining),
    });
    assert.equal((await post(server, encode([file("a.png")]))).status, 413);
    assert.deepEqual(readdirSync(directory), []);
  });
}

for (const [title, remaining] of [
  ["no quota left", 0],
  ["a quota that is overdrawn", -5],
] as const) {
  test(`takes fields without a file with ${title}`, async (context) => {
    const { server } = await serveUploads(context, { remainingBytes: () => remaining });
    const answer = await post(server, encode([field("title", "Cat"), file("", "")]));
    assert.equal(answer.body, '{"fields":{"title":"Cat"},"files":[]}');
  });
}

test("counts the quota over all files of an upload, to the byte", async (context) => {
  const files = [file("a.png"), file("b.png")];
  for (const [remaining, status] of [
    [PNG.length * 2, 200],
    [PNG.length * 2 - 1, 413],
  ] as const) {
    const { server, directory } = await serveUploads(context, {
      maxFiles: 2,
      remainingBytes: () => remaining,
    });
    assert.equal((await post(server, encode(files))).status, status);
    assert.equal(readdirSync(directory).length, status === 200 ? 2 : 0);
  }
});

for (const [title, parts] of [
  ["a file beyond the limit", [field("title", "Cat"), file("a.png", big)]],
  ["more than everything together may have", [field("title", "Cat"), file("a.png", Buffer.alloc(100_000))]],
  ["a file of another type", [field("title", "Cat"), file("a.png", "<html>..........")]],
] as const) {
  test(`keeps the fields that came before ${title}`, async (context) => {
    const { server, directory } = await serveUploads(context, TIGHT);
    const answer = await server.send({
      method: "POST",
      path: "/kept",
      headers: HEADERS,
      body: encode(parts),
    });
    assert.equal(answer.body, '{"title":"Cat"}');
    assert.deepEqual(readdirSync(directory), []);
  });
}

test("has no fields of an upload that is none", async (context) => {
  const { server } = await serveUploads(context);
  const headers = { ...HEADERS, "Content-Type": "application/json" };
  const answer = await server.send({ method: "POST", path: "/kept", headers, body: Buffer.from("{}") });
  assert.equal(answer.body, "{}");
});

test("reads a refused upload to its end before it answers, so that a browser sees the answer", async (context) => {
  const { server } = await serveUploads(context);
  const huge = encode([file("a.png", Buffer.concat([PNG, Buffer.alloc(12_000_000)]))]);
  const head = `POST /files HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Length: ${huge.length}\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\r\n`;
  const socket = connect(server.port, "127.0.0.1");
  const sent = new Promise<number>((resolve, reject) => {
    socket.on("error", reject).on("data", () => resolve(socket.bytesWritten));
  });
  socket.write(Buffer.concat([Buffer.from(head), huge]));
  assert.equal(await sent, head.length + huge.length);
  socket.destroy();
});

test("gives up an upload that takes too long", async (context) => {
  const { server, directory } = await serveUploads(context, { timeoutSeconds: 1 });
  const answer = await server.raw(
    Buffer.concat([
      Buffer.from(
        `POST /files HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Length: 2000\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\r\n`,
      ),
      encode([file("a.png")], ""),
    ]),
  );
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.deepEqual(readdirSync(directory), []);
});

test("leaves no orphan of 100 uploads that are cut off", async (context) => {
  const { server, directory } = await serveUploads(context);
  const sent = Buffer.concat([
    Buffer.from(
      `POST /files HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Length: 100000\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\r\n`,
    ),
    encode([file("a.png", Buffer.concat([PNG, Buffer.alloc(20_000)]))], ""),
  ]);
  await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(sent.subarray(0, 150 + at * 200));
      await sleep(at % 40);
      socket.resetAndDestroy();
    }),
  );
  await context.waitFor(() => assert.deepEqual(readdirSync(directory), []), PATIENCE);
});

test("serves a file back as what it is: sandboxed, unsniffed, as a download", async (context) => {
  const { server } = await serveUploads(context);
  await post(server, encode([file('R\u00e9sum\u00e9 "x".html')]));
  const answer = await server.send({ path: "/files/0" });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "image/png");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.equal(answer.headers["content-security-policy"], "default-src 'none'; sandbox");
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.match(
    answer.headers["content-disposition"] ?? "",
    /^attachment; filename="[ -!#-~]+\.png"; filename\*=UTF-8''R%C3%A9sum%C3%A9/,
  );
  const shown = await server.send({ path: "/files/0?inline=1" });
  assert.match(shown.headers["content-disposition"] ?? "", /^inline; /);
  const head = await server.send({ path: "/files/0", method: "HEAD" });
  assert.deepEqual([head.status, head.headers["content-length"], head.body], [200, String(PNG.length), ""]);
});

test("sends the file it has measured, whatever its name leads to by then", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "hauberk-uploads-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const id = "a".repeat(32);
  writeFileSync(join(directory, id), PNG);
  writeFileSync(join(directory, "other"), "somebody else's, and longer than what was measured".repeat(20));
  const server = await serveProtected(context, (app) => {
    app.get("/swapped", (_req, res, next) => {
      const setHeader = res.setHeader.bind(res);
      res.setHeader = (name, value) => {
        if (name === "Content-Length") renameSync(join(directory, "other"), join(directory, id));
        return setHeader(name, value);
      };
      serveUpload(res, { directory, id, type: "image/png", name: "x" }).catch(next);
    });
  });
  const answer = await server.send({ path: "/swapped" });
  assert.deepEqual([answer.status, answer.headers["content-length"]], [200, String(PNG.length)]);
  assert.match(answer.body, /^.PNG/);
});

/** Where a descriptor of this process leads to; one that is closed meanwhile leads nowhere. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(join("/proc/self/fd", descriptor));
  } catch {
    return "";
  }
}

test("keeps no file open that was served, asked for by HEAD, or no file", async (context) => {
  const { server, directory } = await serveUploads(context);
  await post(server, encode([file("a.png")]));
  mkdirSync(join(directory, "0".repeat(32)));
  const opened = (): number => readdirSync("/proc/self/fd").map(targetOf).filter(isInside).length;
  const isInside = (path: string): boolean => path.startsWith(directory);
  assert.equal((await server.send({ path: "/files/0" })).status, 200);
  assert.equal((await server.send({ path: "/files/0", method: "HEAD" })).status, 200);
  assert.equal((await server.send({ path: "/files/7" })).status, 404);
  await context.waitFor(() => assert.equal(opened(), 0), PATIENCE);
});

test("calls a file missing that is not there, and not one that cannot be opened", async (context) => {
  const { server, directory } = await serveUploads(context);
  const events = collectEvents(context);
  assert.equal((await server.send({ path: "/files/7" })).status, 404);
  // As when the process has no descriptor left: the open fails for another reason than a name that leads nowhere.
  symlinkSync("0".repeat(32), join(directory, "0".repeat(32)));
  assert.equal((await server.send({ path: "/files/7" })).status, 500);
  const failure = events.find(({ name }) => name === "request.failed");
  assert.match(String(failure?.error), /ELOOP/);
});

test("always makes a download of a PDF", async (context) => {
  const { server } = await serveUploads(context);
  await post(server, encode([file("a.pdf", "%PDF-1.7 ........")]));
  const answer = await server.send({ path: "/files/0?inline=1" });
  assert.match(answer.headers["content-disposition"] ?? "", /^attachment; /);
});

test("takes a download that is cut off for no failure", async (context) => {
  const { server } = await serveUploads(context);
  await post(server, encode([file("a.png", Buffer.concat([PNG, Buffer.alloc(4_000_000)]))]));
  const events = collectEvents(context);
  const socket = connect(server.port, "127.0.0.1");
  socket.write(`GET /files/0 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  await once(socket, "data");
  socket.resetAndDestroy();
  await sleep(100);
  assert.deepEqual(events, []);
});

test("finds no file by an id that is a path, and none that is gone", async (context) => {
  const { server, directory } = await serveUploads(context);
  writeFileSync(join(directory, "..", "secret"), "x");
  context.after(() => rmSync(join(directory, "..", "secret")));
  assert.equal((await server.send({ path: "/traversal" })).status, 404);
  assert.equal((await server.send({ path: "/files/7" })).status, 404);
});

const WRONG: readonly [title: string, options: object, code: string][] = [
  ["no folder", { accept: ["image/png"] }, "OPTION_TYPE"],
  [
    "a folder that is missing",
    { directory: "/nonexistent/uploads", accept: ["image/png"] },
    "UPLOAD_DIRECTORY_INVALID",
  ],
  ["a file as folder", { directory: "/dev/null", accept: ["image/png"] }, "UPLOAD_DIRECTORY_INVALID"],
  ["no types", { directory: tmpdir(), accept: [] }, "OPTION_TYPE"],
  ["a type that cannot be told", { directory: tmpdir(), accept: ["image/svg+xml"] }, "OPTION_TYPE"],
  ["all types", { directory: tmpdir(), accept: ["*/*"] }, "OPTION_TYPE"],
  ["endless files", { directory: tmpdir(), accept: ["image/png"], maxFileBytes: Infinity }, "OPTION_RANGE"],
  ["endless time", { directory: tmpdir(), accept: ["image/png"], timeoutSeconds: 0 }, "OPTION_RANGE"],
  ["multer's options", { dest: "uploads" }, "OPTION_UNKNOWN"],
];

for (const [title, options, code] of WRONG) {
  test(`refuses to start with ${title}`, () => {
    assert.throws(
      () => body.multipart(options as UploadOptions),
      (error: unknown) => error instanceof ConfigError && error.code === code,
    );
  });
}
