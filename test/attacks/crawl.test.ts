import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { after, test } from "node:test";
import { startSecureSkeleton } from "../browser/skeleton.ts";
import { assertHeaderSet } from "../support/header-set.ts";

const { port, origin } = await startSecureSkeleton({ after });

/** The OWASP Secure Headers Project's list of headers to add. Clear-Site-Data, the thirteenth, belongs to log-out. */
const TO_ADD = [
  "cache-control",
  "content-security-policy",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "permissions-policy",
  "referrer-policy",
  "strict-transport-security",
  "x-content-type-options",
  "x-dns-prefetch-control",
  "x-frame-options",
  "x-permitted-cross-domain-policies",
];

/**
 * Everything else an answer may carry. The Project's list of headers to remove has 87 names and grows; what is not here
 * is not sent, whatever it is called.
 */
const ALLOWED = new Set([
  ...TO_ADD,
  "accept-ranges",
  "allow",
  "clear-site-data",
  "connection",
  "content-disposition",
  "content-length",
  "content-security-policy-report-only",
  "content-type",
  "date",
  "etag",
  "keep-alive",
  "last-modified",
  "location",
  "origin-agent-cluster",
  "ratelimit",
  "ratelimit-policy",
  "reporting-endpoints",
  "retry-after",
  "set-cookie",
  "transfer-encoding",
  "vary",
]);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const cookies = new Map<string, string>();
let asked = 0;

function ask(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = {
    Host: origin.slice("https://".length),
    Accept: "text/html",
    "Sec-Fetch-Site": "same-origin",
    Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    ...(body !== undefined && {
      "Content-Type": "application/x-www-form-urlencoded",
      "Content-Length": Buffer.byteLength(body),
    }),
  };
  return new Promise((resolve, reject) => {
    // From another address each time: what one may ask for at once is less than the pages there are.
    const localAddress = `127.0.1.${1 + (asked++ % 250)}`;
    const options = {
      host: "127.0.0.1",
      localAddress,
      port,
      method,
      path,
      headers,
      servername: "app.test",
      agent: false,
    };
    const outgoing = request({ ...options, rejectUnauthorized: false }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      incoming.on("error", reject).on("end", () => {
        for (const line of incoming.headers["set-cookie"] ?? []) remember(line);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
      });
    });
    outgoing.on("error", (cause) => reject(new Error(`${method} ${path}`, { cause }))).end(body);
  });
}

function remember(line: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  cookies.set(name, value);
}

function assertAnswer(name: string, { status, headers }: Answer): void {
  assert.notEqual(status, 429, `${name}: a page that was not reached shows nothing`);
  const missing = TO_ADD.filter((header) => headers[header] === undefined);
  // The browser keeps the policy it has: a new nonce would not fit the page it has.
  const expected = status === 304 ? ["content-security-policy"] : [];
  assert.deepEqual(missing, expected, `${status} ${name}`);
  assertHeaderSet((header) => [headers[header]].flat().join(", ") || undefined, status);
  const unknown = Object.keys(headers).filter((header) => !ALLOWED.has(header));
  assert.deepEqual(unknown, [], `${status} ${name}`);
}

/** Every address that a page names. */
function linksOf(body: string): readonly string[] {
  return [...body.matchAll(/\s(?:href|src|action)="([^"]+)"/g)]
    .map(([, address = ""]) => new URL(address.replaceAll("&amp;", "&"), origin))
    .filter((url) => url.origin === origin)
    .map(({ pathname, search }) => pathname + search);
}

async function crawl(start: readonly string[]): Promise<number> {
  const seen = new Set(start);
  let answers = 0;
  for (const path of seen) {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const answer = await ask(method, path);
      assertAnswer(`${method} ${path}`, answer);
      answers++;
      if (method !== "GET") continue;
      for (const link of linksOf(answer.body)) seen.add(link);
      if (answer.headers.location !== undefined)
        for (const link of linksOf(` href="${answer.headers.location}"`)) seen.add(link);
    }
    // A form without its token, and a method nobody serves.
    for (const method of ["POST", "DELETE"]) {
      if (path === "/logout" || path.startsWith("/account/sessions")) continue;
      assertAnswer(`${method} ${path}`, await ask(method, path, { a: "1" }));
      answers++;
    }
  }
  return answers;
}

const ODD = [
  "/missing",
  "/account/x.css",
  "/account;.css",
  "/account%2f.css",
  "/%zz",
  "/healthz",
  "/robots.txt",
];

test("every answer of a crawl has the whole header set and nothing that tells: as a visitor, logged in, at log-out", async () => {
  const asVisitor = await crawl(["/", ...ODD]);
  const account = { email: "ada@example.com", password: "quiet otter maps tundra" };
  assert.equal((await ask("POST", "/signup", account)).status, 303);
  assert.equal((await ask("POST", "/login", account)).status, 303);
  await ask("POST", "/notes", { title: "A note", body: "to be found" });
  const asUser = await crawl(["/", "/notes", ...ODD]);
  assert.ok(asVisitor > 50 && asUser > asVisitor, `${asVisitor} and ${asUser} answers`);
  const logout = await ask("POST", "/logout", {});
  assert.equal(logout.status, 303, logout.body);
  assertAnswer("POST /logout", logout);
  assert.equal(logout.headers["clear-site-data"], '"cache", "storage"');
});
