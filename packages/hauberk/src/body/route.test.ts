import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import express, { type Application } from "express";
import {
  collectEvents,
  cookieOf,
  HOST,
  ORIGIN,
  serve,
  serveProtected,
  type Answer,
  type TestServer,
} from "../../test/gate.ts";
import { ConfigError } from "../errors/config-error.ts";
import { body, type StandardSchema } from "./index.ts";
import { PATIENCE } from "../../../../test/support/patience.ts";

interface Note {
  readonly title: string;
}

/** What a schema library makes of `{ title: string, at least one letter }` without other keys. */
const noteSchema: StandardSchema<Note> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const { title, ...others } = value as Record<string, unknown>;
      const [other] = Object.keys(others);
      if (other !== undefined) return { issues: [{ message: `unknown key ${other}` }] };
      if (typeof title === "string" && title !== "") return { value: { title } };
      return {
        issues: [
          { message: "is empty", path: ["title"] },
          { message: "is short", path: [{ key: "title" }] },
        ],
      };
    },
  },
};

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

function routes(app: Application): void {
  const note = body.form({ schema: noteSchema });
  app.post("/note", note, (req, res) => {
    const form = note.result(req);
    if (form.ok) res.send(form.value.title);
    else res.status(422).json({ errors: form.errors, values: form.values });
  });
  const strict = body.json({ schema: noteSchema, limitBytes: 100 });
  app.post("/strict", strict, (req, res) => {
    res.send(strict.value(req).title);
  });
  const large = body.json({ limitBytes: 1_000_000, maxKeys: 50_000 });
  app.post("/large", large, (req, res) => {
    res.json(Object.keys(large.value(req) as object).length);
  });
  const tags = body.form({ repeatable: ["tag"] });
  app.post("/tags", tags, (req, res) => {
    res.json(tags.value(req).tag);
  });
  app.post("/text", body.text({ limitBytes: 10 }), (req, res) => {
    res.json(req.body);
  });
  app.post("/raw", body.raw(), (req, res) => {
    res.json((req.body as Buffer).length);
  });
  app.post("/unread", (_req, res) => {
    res.send("unread");
  });
  app.post("/any", (req, res) => {
    res.json(req.body);
  });
}

const many = JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 1])));

const CASES: readonly [
  title: string,
  path: string,
  type: string,
  sent: string | Buffer,
  want: string | number,
][] = [
  ["gives a typed value", "/note", FORM, "title=Cat", "Cat"],
  ["leaves the token out of what a strict schema sees", "/note", FORM, "title=Cat&_csrf=x", "Cat"],
  [
    "gives the errors of each field and what was sent",
    "/note",
    FORM,
    "title=",
    '{"errors":{"title":["is empty","is short"]},"values":{"title":""}}',
  ],
  [
    "gives errors of the whole under no name",
    "/note",
    FORM,
    "title=a&admin=1",
    '{"errors":{"":["unknown key admin"]},"values":{"title":"a","admin":"1"}}',
  ],
  ["refuses a field sent twice although a schema is there", "/note", FORM, "title=a&title=b", 400],
  ["refuses __proto__ although a schema is there", "/note", FORM, "__proto__=1", 400],
  ["refuses JSON where a form is asked for", "/note", JSON_TYPE, '{"title":"Cat"}', 415],
  ["refuses a form without a type", "/note", "", "title=Cat", 415],
  ["gives a typed value of JSON", "/strict", JSON_TYPE, '{"title":"Cat"}', "Cat"],
  ["refuses what does not follow the schema", "/strict", JSON_TYPE, '{"title":1}', 422],
  ["refuses an array where an object is asked for", "/strict", JSON_TYPE, "[]", 422],
  ["refuses nothing where JSON is asked for", "/strict", JSON_TYPE, "", 400],
  [
    "holds a route to a smaller limit than all others",
    "/strict",
    JSON_TYPE,
    JSON.stringify({ title: "x".repeat(100) }),
    413,
  ],
  ["refuses a form where JSON is asked for", "/strict", FORM, "title=Cat", 415],
  ["refuses text/plain where JSON is asked for", "/strict", "text/plain", '{"title":"Cat"}', 415],
  ["lets a route take more than all others", "/large", JSON_TYPE, many, "20000"],
  ["holds a route to its own larger limit", "/large", JSON_TYPE, `["${"x".repeat(1_000_000)}"]`, 413],
  [
    "refuses __proto__ in a large body",
    "/large",
    JSON_TYPE,
    `{"__proto__":1,"a":"${"x".repeat(200_000)}"}`,
    400,
  ],
  [
    "refuses duplicate keys in a large body",
    "/large",
    JSON_TYPE,
    `{"a":1,"a":"${"x".repeat(200_000)}"}`,
    400,
  ],
  ["lets a route take a repeated field", "/tags", FORM, "tag=a&tag=b", '["a","b"]'],
  ["lets a route take no other repeated field", "/tags", FORM, "tag=a&tag=b&id=1&id=2", 400],
  ["refuses a large body as soon as a route reads it", "/any", JSON_TYPE, many, 413],
  ["refuses a repeated field as soon as a route reads it", "/any", FORM, "a=1&a=2", 400],
  ["refuses nothing to a route that does not read", "/unread", FORM, "a=1&a=2", "unread"],
  ["refuses broken JSON even to a route that does not read", "/unread", JSON_TYPE, "{", 400],
  ["gives text", "/text", "text/plain; charset=utf-8", "hello", '"hello"'],
  ["holds text to its limit", "/text", "text/plain", "hello world", 413],
  ["refuses a NUL in text", "/text", "text/plain", "a\0b", 400],
  ["refuses text that is no UTF-8", "/text", "text/plain", Buffer.from([0xff]), 400],
  ["refuses HTML where text is asked for", "/text", "text/html", "hello", 415],
  ["gives bytes", "/raw", "application/octet-stream", Buffer.from([0, 255]), "2"],
  ["refuses a form where bytes are asked for", "/raw", FORM, "a=1", 415],
];

for (const [title, path, type, sent, want] of CASES) {
  test(title, async (context) => {
    const server = await serveProtected(context, routes);
    const answer = await send(server, path, type, sent);
    if (typeof want === "number") assert.equal(answer.status, want, answer.body);
    else assert.equal(answer.body, want);
  });
}

function send(server: TestServer, path: string, type: string, sent: string | Buffer): Promise<Answer> {
  const headers = { Origin: ORIGIN, "Content-Type": type, "Content-Length": String(Buffer.byteLength(sent)) };
  return server.send({ method: "POST", path, headers, body: sent });
}

/** A body whose size only shows while it arrives: in chunks, or compressed. */
const brotli = (text: string): Buffer =>
  brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
type Wrapped = readonly [how: string, headers: Record<string, string>, wrap: (text: string) => Buffer];
const WRAPPED: readonly Wrapped[] = [
  ["in chunks", { "Transfer-Encoding": "chunked" }, (text) => Buffer.from(text)],
  ["compressed", { "Content-Encoding": "gzip" }, (text) => gzipSync(text)],
  ["compressed, in chunks", { "Content-Encoding": "br", "Transfer-Encoding": "chunked" }, brotli],
];
/** Compresses badly: larger than the default limit on the wire as well. */
const noise = JSON.stringify([randomBytes(150_000).toString("base64")]);

const UNANNOUNCED: readonly [
  title: string,
  path: string,
  type: string,
  sent: string,
  want: string | number,
][] = [
  ["lets a route take more than all others", "/large", JSON_TYPE, many, "20000"],
  ["lets a route take more that hardly shrinks", "/large", JSON_TYPE, noise, "1"],
  ["lets a route take a small body", "/large", JSON_TYPE, "[1,2]", "2"],
  ["lets a route without a parser take a small form", "/any", FORM, "a=1", '{"a":"1"}'],
  ["refuses a large body to a route without a parser", "/any", JSON_TYPE, many, 413],
  ["holds a route to its larger limit", "/large", JSON_TYPE, `["${"x".repeat(1_000_000)}"]`, 413],
  ["holds a route to its smaller limit", "/strict", JSON_TYPE, JSON.stringify({ title: noise }), 413],
  ["refuses __proto__", "/large", JSON_TYPE, `{"__proto__":1,"a":${noise}}`, 400],
  ["refuses broken JSON of a large body", "/large", JSON_TYPE, `{"a":${noise}`, 400],
  ["refuses broken JSON of a small body", "/unread", JSON_TYPE, "{", 400],
  ["answers a route that does not read", "/unread", JSON_TYPE, many, "unread"],
];

for (const [how, headers, wrap] of WRAPPED) {
  for (const [title, path, type, sent, want] of UNANNOUNCED) {
    test(`${how}: ${title}`, async (context) => {
      const server = await serveProtected(context, routes);
      const bytes = wrap(sent);
      const length =
        "Transfer-Encoding" in headers ? {} : { "Content-Length": String(Buffer.byteLength(bytes)) };
      const answer = await server.send({
        method: "POST",
        path,
        headers: { Origin: ORIGIN, "Content-Type": type, ...headers, ...length },
        body: bytes,
      });
      if (typeof want === "number") assert.equal(answer.status, want, answer.body);
      else assert.equal(answer.body, want);
    });
  }
}

test("reads a large body in chunks that arrives slowly, and the request behind it on the connection", async (context) => {
  const server = await serveProtected(context, routes);
  const socket = connect(server.port, "127.0.0.1");
  context.after(() => socket.destroy());
  let received = "";
  socket.on("data", (chunk) => (received += chunk.toString("latin1")));
  const head = `Host: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Type: application/json\r\n`;
  socket.write(`POST /large HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`);
  const pieces = [`["`, ...Array.from({ length: 30 }, () => "x".repeat(10_000)), `"]`];
  for (const piece of pieces) {
    socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    // oxlint-disable-next-line no-await-in-loop -- each in a packet of its own
    await setTimeout(2);
  }
  socket.write("0\r\n\r\n");
  socket.write(`POST /any HTTP/1.1\r\n${head}Connection: close\r\nContent-Length: 3\r\n\r\n[7]`);
  await once(socket, "close");
  const bodies = received.split("HTTP/1.1 200 OK").map((answer) => answer.split("\r\n\r\n")[1]);
  assert.deepEqual(bodies, [undefined, "1", "[7]"]);
});

test("ends with a client that goes away within a body in chunks", async (context) => {
  const events = collectEvents(context);
  const server = await serveProtected(context, routes);
  const socket = connect(server.port, "127.0.0.1");
  socket.write(
    `POST /any HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: ${ORIGIN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`,
  );
  await setTimeout(50);
  socket.resetAndDestroy();
  await context.waitFor(() => assert.ok(events.length > 0), PATIENCE);
  assert.deepEqual(
    events.map(({ name, code }) => [name, code]),
    [["body.refused", "BODY_INVALID"]],
  );
});

test("reports one event for a body refused when it is read", async (context) => {
  const events = collectEvents(context);
  const server = await serveProtected(context, routes);
  await send(server, "/any", FORM, "role=user&role=admin");
  assert.deepEqual(
    events.map(({ name, code, because }) => [name, code, because]),
    [["body.refused", "BODY_DUPLICATE_FIELD", "role"]],
  );
});

test("finds the token in a form that only its route may call valid", async (context) => {
  const server = await serveProtected(context, (app) => {
    app.get("/form", (_req, res) => {
      res.send(res.locals.csrftoken);
    });
    routes(app);
  });
  const page = await server.send({ path: "/form" });
  const headers = { Cookie: cookieOf(page, "csrf") ?? "", "Content-Type": FORM };
  const submit = (fields: string): Promise<Answer> =>
    server.send({ method: "POST", path: "/tags", headers, body: fields });
  assert.equal((await submit(`tag=a&tag=b&_csrf=${page.body}`)).body, '["a","b"]');
  assert.equal((await submit(`tag=a&tag=b&_csrf=${page.body}&_csrf=${page.body}`)).status, 403);
  assert.equal((await submit("tag=a&tag=b")).status, 403);
});

test("works without the pipeline", async (context: TestContext) => {
  const app = express();
  routes(app);
  const server = await serve(context, app);
  assert.equal((await send(server, "/note", FORM, "title=Cat")).body, "Cat");
  assert.equal((await send(server, "/large", JSON_TYPE, many)).body, "20000");
});

test("tells a route that reads the result of another's parser", async (context) => {
  const note = body.form();
  const server = await serveProtected(context, (app) => {
    app.post("/", (req, res) => {
      res.json(note.value(req));
    });
  });
  assert.equal((await send(server, "/", FORM, "a=1")).status, 500);
});

const WRONG: readonly [title: string, make: () => unknown, code: string][] = [
  ["a limit in words", () => body.json({ limitBytes: "5mb" as never }), "OPTION_RANGE"],
  ["a misspelt option", () => body.form({ limit: 1 } as never), "OPTION_UNKNOWN"],
  ["a schema that is none", () => body.json({ schema: {} as never }), "OPTION_TYPE"],
  ["null as a schema", () => body.json({ schema: null as never }), "OPTION_TYPE"],
  ["a type that is no list", () => body.text({ types: "text/plain" as never }), "OPTION_TYPE"],
  ["endless bytes", () => body.raw({ limitBytes: Infinity }), "OPTION_RANGE"],
];

for (const [title, make, code] of WRONG) {
  test(`refuses to start with ${title}`, () => {
    assert.throws(make, (error: unknown) => error instanceof ConfigError && error.code === code);
  });
}
