import assert from "node:assert/strict";
import { test } from "node:test";
import { assertHeaderSet } from "../support/header-set.ts";
import { exchangeOne } from "../support/raw-client.ts";
import { rawPost, rawRequest } from "../support/requests.ts";
import { startAttackedServer } from "./attacked-server.ts";

const server = await startAttackedServer();
const HOST = server.hostLine;

function get(target: string, ...lines: readonly string[]): string {
  return rawRequest([`GET ${target} HTTP/1.1`, HOST, ...lines]);
}

const file = await exchangeOne(get("/hello.txt"), { port: server.port });
const etag = file.headers.get("etag")?.[0] ?? "";

const rows: readonly [name: string, bytes: string, status: number][] = [
  ["a page", get("/"), 200],
  ["JSON", get("/where"), 200],
  ["a static file", get("/hello.txt"), 200],
  ["a static file the browser still has", get("/hello.txt", `If-None-Match: ${etag}`), 304],
  ["a missing page", get("/missing"), 404],
  ["a missing page, asked for as JSON", get("/missing", "Accept: application/json"), 404],
  ["a failure of the application", get("/boom"), 500],
  ["a failure, asked for as JSON", get("/boom", "Accept: application/json"), 500],
  ["a wrong host", rawRequest(["GET / HTTP/1.1", "Host: evil.test"]), 421],
  ["a forged form", rawPost("/form", [HOST, "Sec-Fetch-Site: cross-site"], "a=1"), 403],
  [
    "a bad body",
    rawPost("/form", [HOST, "Sec-Fetch-Site: same-origin", "Content-Type: application/json"], "{"),
    400,
  ],
  ["bytes the parser refuses", "GET / HTTP/1.1\n\n", 400],
  ["headers beyond the limit", get("/", `A: ${"b".repeat(20_000)}`), 431],
  ["an expectation nobody can meet", get("/", "Expect: nonsense"), 417],
  ["headers that never end", `GET / HTTP/1.1\r\n${HOST}\r\nA: `, 408],
];

for (const [name, bytes, status] of rows) {
  test(`sends the header set with ${status}: ${name}`, async () => {
    const answer = await exchangeOne(bytes, { port: server.port });
    assert.equal(answer.status, status);
    assertHeaderSet((header) => answer.headers.get(header)?.join(", "), status);
  });
}

test("never sends the reason of a failure", async () => {
  for (const accept of ["text/html", "application/json", "*/*"]) {
    const answer = await exchangeOne(get("/boom", `Accept: ${accept}`), { port: server.port });
    assert.doesNotMatch(answer.body, /secret reason|attacked\.ts/);
  }
});

test("sends a new nonce with every answer", async () => {
  const nonces = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const { headers } = await exchangeOne(get("/"), { port: server.port });
      return /'nonce-([^']+)'/.exec(headers.get("content-security-policy")?.[0] ?? "")?.[1] ?? "";
    }),
  );
  assert.equal(new Set(nonces).size, 50);
  for (const nonce of nonces) assert.ok(nonce.length >= 22, "128 bits are 22 characters of base64");
});

test("promises https to nobody over plain http", async () => {
  const { headers } = await exchangeOne(get("/"), { port: server.port });
  assert.equal(headers.get("strict-transport-security"), undefined);
  assert.doesNotMatch(headers.get("content-security-policy")?.[0] ?? "", /upgrade-insecure-requests/);
});

test("sets no cookie for a visitor who only reads a file or a page without a form", async () => {
  for (const target of ["/hello.txt", "/where", "/missing"]) {
    const { headers } = await exchangeOne(get(target), { port: server.port });
    assert.equal(headers.get("set-cookie"), undefined, target);
  }
});

test("forbids every cache to keep an answer that was made from a session", async () => {
  const entered = await exchangeOne(get("/enter"), { port: server.port });
  const [cookie = ""] = (entered.headers.get("set-cookie")?.[0] ?? "").split(";");
  const answer = await exchangeOne(get("/whoami", `Cookie: ${cookie}`), { port: server.port });
  assert.equal(answer.body, '{"userName":"Ada"}');
  for (const { headers } of [entered, answer])
    assert.match(headers.get("cache-control")?.[0] ?? "", /no-store/);
});
