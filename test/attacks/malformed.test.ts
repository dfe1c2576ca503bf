import { test } from "node:test";
import assert from "node:assert/strict";
import { assertRefused, startAttackedServer } from "./attacked-server.ts";

const server = await startAttackedServer();
const HOST = server.hostLine;
const FORM = `${HOST}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded`;

/** A request smuggled inside another one: a second answer on the connection would be its answer. */
const SMUGGLED = `GET /state HTTP/1.1\r\n${HOST}\r\n\r\n`;

function get(target: string, ...lines: readonly string[]): string {
  return [`GET ${target} HTTP/1.1`, HOST, ...lines, "\r\n"].join("\r\n");
}

function chunked(...chunks: readonly string[]): string {
  return [`POST /form HTTP/1.1\r\n${FORM}\r\nTransfer-Encoding: chunked\r\n`, ...chunks].join("\r\n");
}

function withLength(length: string, body = "a=1"): string {
  return `POST /form HTTP/1.1\r\n${FORM}\r\n${length}\r\n\r\n${body}`;
}

type Row = readonly [name: string, bytes: string, status?: number];

const requestLines: readonly Row[] = [
  ["a method nobody knows", `FOO / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["a lower-case method", `get / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["a method with a space before it", ` GET / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["a method with a NUL in it", `G\0ET / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["TRACE, which would echo the cookies", `TRACE / HTTP/1.1\r\n${HOST}\r\nCookie: a=b\r\n\r\n`],
  ["TRACK, the same under another name", `TRACK / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  [
    "CONNECT, which would make a proxy of the server",
    `CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n`,
  ],
  ["CONNECT to the server itself", `CONNECT ${HOST.slice(6)} HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["a WebDAV method", `PROPFIND / HTTP/1.1\r\n${HOST}\r\nDepth: infinity\r\n\r\n`],
  ["HTTP/0.9", "GET /\r\n\r\n"],
  ["HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a version nobody speaks", `GET / HTTP/9.9\r\n${HOST}\r\n\r\n`],
  ["a lower-case version", `GET / http/1.1\r\n${HOST}\r\n\r\n`],
  ["a request line with four words", `GET / / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["a request line of random bytes", "\x00\xff\xfe\x80\r\n\r\n"],
  ["a TLS greeting on the plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"],
  ["a target of 20,000 characters", get(`/${"a".repeat(20_000)}`), 431],
  ["an asterisk as target of GET", get("*")],
  ["a target without a slash", get("index.html")],
  ["an absolute target on another host", get("http://evil.test/")],
  ["an absolute target with user information", get(`http://evil.test@${HOST.slice(6)}/`)],
  ["an absolute target of another scheme", get("ftp://evil.test/")],
];

const paths: readonly Row[] = [
  ["a NUL in the path", get("/a%00b"), 400],
  ["a raw NUL in the path", get("/a\0b")],
  ["an encoded slash", get("/a%2fb"), 400],
  ["an encoded backslash", get("/a%5cb"), 400],
  ["a raw backslash", get("/a\\b")],
  ["encoded dot segments", get("/%2e%2e/%2e%2e/etc/passwd")],
  ["plain dot segments", get("/../../etc/passwd")],
  ["dot segments behind an encoded slash", get("/..%2f..%2fetc/passwd"), 400],
  ["doubly encoded dot segments", get("/%252e%252e%252fetc/passwd")],
  ["an escape that is none", get("/%zz"), 400],
  ["half an escape at the end", get("/a%")],
  ["an escape that is no UTF-8", get("/%ff%fe")],
  ["an overlong slash", get("/..%c0%af..%c0%afetc/passwd")],
  ["a raw byte beyond ASCII", get("/\xff")],
  ["a line end in the path", get("/a%0d%0aSet-Cookie:%20a=b")],
  ["two slashes that a redirect would turn into a host", get("//evil.test/%2e%2e")],
  ["a semicolon that hides a dot segment", get("/..;/..;/etc/passwd")],
  ["a hidden file", get("/.git/config")],
  ["a fragment", get("/a#b")],
];

const headers: readonly Row[] = [
  ["bare line feeds", `GET / HTTP/1.1\n${HOST}\n\n`],
  ["a bare carriage return", `GET / HTTP/1.1\r\n${HOST}\r\nA: b\rC: d\r\n\r\n`],
  ["a folded header", get("/", "A: b", " c")],
  ["a header without a colon", get("/", "nonsense")],
  ["a header with an empty name", get("/", ": a")],
  ["a space before the colon", get("/", "A : b")],
  ["a space before the first header", `GET / HTTP/1.1\r\n ${HOST}\r\n\r\n`],
  ["a NUL in a header", get("/", "A: b\0c")],
  ["a header name beyond ASCII", get("/", "\xe4: b")],
  ["a header of 20 kB", get("/", `A: ${"b".repeat(20_000)}`), 431],
  ["20 kB of small headers", get("/", ...Array.from({ length: 2500 }, (_, n) => `A${n}: b`)), 431],
  ["2,500 headers below the size limit", get("/", ...Array.from({ length: 2500 }, () => "A:b"))],
  ["an expectation nobody can meet", get("/", "Expect: nonsense"), 417],
];

const hosts: readonly Row[] = [
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["an empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400],
  ["two hosts", get("/", "Host: evil.test"), 400],
  ["the same host twice", get("/", HOST), 400],
  ["another host", "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421],
  ["a host with user information", `GET / HTTP/1.1\r\nHost: evil.test@${HOST.slice(6)}\r\n\r\n`, 400],
  ["a host with a path", `GET / HTTP/1.1\r\n${HOST}/evil\r\n\r\n`, 400],
  ["a host with two ports", `GET / HTTP/1.1\r\n${HOST}:80\r\n\r\n`, 400],
  ["two hosts in one line", `GET / HTTP/1.1\r\n${HOST}, evil.test\r\n\r\n`, 400],
];

const framing: readonly Row[] = [
  [
    "Content-Length and Transfer-Encoding together",
    `${chunked("0", "", "")}${SMUGGLED}`.replace("\r\nTransfer", "\r\nContent-Length: 4\r\nTransfer"),
  ],
  [
    "Transfer-Encoding twice",
    chunked("0", "", "").replace("\r\nTransfer", "\r\nTransfer-Encoding: identity\r\nTransfer"),
  ],
  ["two different lengths", withLength("Content-Length: 3\r\nContent-Length: 4", `a=1${SMUGGLED}`)],
  ["the same length twice", withLength("Content-Length: 3\r\nContent-Length: 3")],
  ["two lengths in one line", withLength("Content-Length: 3, 3")],
  ["a negative length", withLength("Content-Length: -1")],
  ["a length with a sign", withLength("Content-Length: +3")],
  ["a length in hexadecimal", withLength("Content-Length: 0x3")],
  ["a length beyond every integer", withLength(`Content-Length: ${"9".repeat(30)}`)],
  ["a length with a space before its colon", withLength("Content-Length : 3")],
  ["an encoding that only looks chunked", chunked("0", "", "").replace("chunked", "xchunked")],
  ["chunked not as the last encoding", chunked("0", "", "").replace("chunked", "chunked, identity")],
  ["chunked behind a vertical tab", chunked("0", "", "").replace(" chunked", " \x0bchunked")],
  ["a chunk size that is no number", chunked("zz", "a=1", "0", "", "")],
  ["a chunk size with a sign", chunked("+3", "a=1", "0", "", "")],
  ["a chunk size with a prefix", chunked("0x3", "a=1", "0", "", "")],
  ["a chunk size beyond every integer", chunked("fffffffffffffffff", "a=1", "0", "", "")],
  ["a chunk longer than its size", chunked("3", `a=1${SMUGGLED}`, "0", "", "")],
  ["64 kB of chunk extensions", chunked(`3;${"e=x;".repeat(16_000)}`, "a=1", "0", "", "")],
  ["a chunk line that ends in a bare line feed", chunked("3\na=1", "0", "", "")],
  ["20 kB of trailers", chunked("3", "a=1", "0", `T: ${"x".repeat(20_000)}`, "", "")],
];

for (const [name, bytes, status] of [...requestLines, ...paths, ...headers, ...hosts, ...framing]) {
  test(`refuses ${name}`, async () => {
    const { status: received } = await assertRefused(server, await server.send(bytes));
    if (status !== undefined) assert.equal(received, status);
  });
}
