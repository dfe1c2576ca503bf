import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { processorMillisOf } from "../support/cpu-time.ts";
import { rawPost, rawRequest } from "../support/requests.ts";
import { assertRefused, startAttackedServer } from "./attacked-server.ts";

const server = await startAttackedServer();

/** Sent as by the application's own page, so that nothing but the body is left to refuse. */
const OWN_PAGE = [server.hostLine, "Sec-Fetch-Site: same-origin"];
const JSON_TYPE = "Content-Type: application/json";
const FORM_TYPE = "Content-Type: application/x-www-form-urlencoded";
const LARGE = 200_000;

function json(body: string, ...lines: readonly string[]): string {
  return rawPost("/form", [...OWN_PAGE, JSON_TYPE, ...lines], body);
}

function form(body: string, ...lines: readonly string[]): string {
  return rawPost("/form", [...OWN_PAGE, FORM_TYPE, ...lines], body);
}

function compressed(compress: (bytes: Buffer) => Buffer, encoding: string, size = 20_000_000): string {
  const bytes = compress(Buffer.from(`"${"a".repeat(size)}"`));
  return json(bytes.toString("latin1"), `Content-Encoding: ${encoding}`);
}

function chunkedOf(size: number): string {
  const chunk = "a".repeat(1000);
  return `${`3e8\r\n${chunk}\r\n`.repeat(Math.ceil(size / 1000))}0\r\n\r\n`;
}

type Row = readonly [name: string, bytes: string, status?: number];

const jsonRows: readonly Row[] = [
  ["half an object", json('{"a":'), 400],
  ["something behind the object", json('{"a":1}}'), 400],
  ["NaN", json("NaN"), 400],
  ["a comment", json('{"a":1/*b*/}'), 400],
  ["bytes that are no UTF-8", json('{"a":"\xff\xfe"}')],
  ["50,000 nested arrays", json(`${"[".repeat(49_000)}${"]".repeat(49_000)}`), 400],
  ["10,000 nested objects", json(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`), 400],
  ["20,000 keys", json(`{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`).join(",")}}`), 400],
  ["__proto__", json('{"__proto__":{"polluted":1}}'), 400],
  ["__proto__ behind an escape", json(String.raw`{"\u005f\u005fproto__":{"polluted":1}}`), 400],
  ["__proto__ deep inside", json('{"a":[{"b":{"__proto__":{"polluted":1}}}]}'), 400],
  ["constructor.prototype", json('{"constructor":{"prototype":{"polluted":1}}}'), 400],
  ["a number too long to be one", json("9".repeat(LARGE)), 413],
];

const formRows: readonly Row[] = [
  ["a field called __proto__", form("__proto__=1"), 400],
  ["a field called __proto__, escaped", form("%5f%5fproto%5f%5f=1"), 400],
  ["a field called constructor", form("constructor=1"), 400],
  ["a field that hides hasOwnProperty", form("hasOwnProperty=1"), 400],
  ["a field sent twice", form("role=user&role=admin"), 400],
  ["a list of six in brackets", form(Array.from({ length: 6 }, (_, n) => `a[]=${n}`).join("&")), 400],
  ["a field sent twice, once escaped", form("role=user&r%6fle=admin"), 400],
  ["5,000 fields", form(Array.from({ length: 5000 }, (_, n) => `f${n}=1`).join("&")), 400],
  ["bytes that are no UTF-8 in a form", form("a=\xff\xfe"), 400],
];

const typeRows: readonly Row[] = [
  ["a charset nobody knows", rawPost("/form", [...OWN_PAGE, `${JSON_TYPE}; charset=bogus`], "{}"), 415],
  ["UTF-7, in which markup hides", rawPost("/form", [...OWN_PAGE, `${JSON_TYPE}; charset=utf-7`], "{}"), 415],
  ["an encoding nobody knows", json("{}", "Content-Encoding: compress"), 415],
  ["an encoding within an encoding", json("{}", "Content-Encoding: gzip, gzip"), 415],
  ["gzip that is none", json("{}", "Content-Encoding: gzip"), 400],
  [
    "gzip cut in the middle",
    json(gzipSync('{"a":1}').subarray(0, 12).toString("latin1"), "Content-Encoding: gzip"),
    400,
  ],
];

const sizeRows: readonly Row[] = [
  ["more JSON than the limit", json(`"${"a".repeat(LARGE)}"`), 413],
  ["more form than the limit", form(`a=${"a".repeat(LARGE)}`), 413],
  [
    "a length of ten gigabytes",
    rawRequest(["POST /form HTTP/1.1", ...OWN_PAGE, JSON_TYPE, "Content-Length: 10000000000"]),
    413,
  ],
  [
    "chunks without end",
    rawRequest(
      ["POST /form HTTP/1.1", ...OWN_PAGE, JSON_TYPE, "Transfer-Encoding: chunked"],
      chunkedOf(LARGE),
    ),
    413,
  ],
  ["20 MB in a few kB of gzip", compressed(gzipSync, "gzip"), 413],
  ["20 MB in a few kB of deflate", compressed(deflateSync, "deflate"), 413],
  ["20 MB in a few bytes of brotli", compressed(brotliCompressSync, "br"), 413],
];

for (const [name, bytes, status] of [...jsonRows, ...formRows, ...typeRows, ...sizeRows]) {
  test(`refuses ${name}`, async () => {
    const { status: received } = await assertRefused(server, await server.send(bytes));
    if (status !== undefined) assert.equal(received, status);
  });
}

test("leaves Object.prototype alone, whatever was sent", async () => {
  const { prototypeKeys } = (await (await fetch(`${server.origin}/state`)).json()) as Record<string, unknown>;
  assert.deepEqual(prototypeKeys, []);
});

const brackets: readonly [name: string, body: string][] = [
  ["a length", "a[length]=100000000"],
  ["one that was never opened", "]=toString"],
  ["33,000 levels", `a${"[b]".repeat(33_000)}=1`],
];

for (const [name, body] of brackets) {
  test(`makes no object of brackets: ${name}`, async () => {
    const before = processorMillisOf(server.pid);
    const { answers } = await server.send(form(body));
    assert.ok(processorMillisOf(server.pid) - before < 1000, "slow");
    const field = body.slice(0, body.lastIndexOf("="));
    assert.deepEqual(JSON.parse(answers[0]?.body ?? ""), {
      received: { [field]: body.slice(field.length + 1) },
    });
  });
}

const polluting: readonly [name: string, body: string][] = [
  ["__proto__", "__proto__[polluted]=1"],
  ["constructor.prototype", "constructor[prototype][polluted]=1"],
  ["__proto__ inside a field", "a[__proto__][polluted]=1"],
];

for (const [name, body] of polluting) {
  test(`refuses brackets that would reach a prototype elsewhere: ${name}`, async () => {
    const { answers } = await server.send(form(body));
    assert.equal(answers[0]?.status, 400);
    assert.match(answers[0]?.body ?? "", /BODY_FORBIDDEN_KEY/);
  });
}

const unparsed: readonly [name: string, type: string, body: string][] = [
  ["JSON that says it is text", "text/plain", '{"a":1}'],
  ["JSON that says it is an image", "image/png", '{"a":1}'],
  [
    "XML with an entity",
    "application/xml",
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  ],
  ["a type that only begins like JSON", "application/jsonp", '{"a":1}'],
];

for (const [name, type, body] of unparsed) {
  test(`parses nothing of ${name}`, async () => {
    const { answers } = await server.send(rawPost("/form", [...OWN_PAGE, `Content-Type: ${type}`], body));
    const [answer] = answers;
    assert.ok(answer?.status === 415 || answer?.body === '{"received":null}', answer?.body);
  });
}
