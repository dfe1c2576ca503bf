import assert from "node:assert/strict";
import { test } from "node:test";
import { rawPost } from "../support/requests.ts";
import { Visitor } from "../support/visitor.ts";
import { assertRefused, startAttackedServer } from "./attacked-server.ts";

const server = await startAttackedServer();
const victim = new Visitor(server.origin);
await victim.visit("/enter");
const token = await victim.tokenOf("/");

const other = new Visitor(server.origin);
await other.visit("/enter");
const tokenOfOther = await other.tokenOf("/");

const stranger = new Visitor(server.origin);
const tokenOfStranger = await stranger.tokenOf("/");

/** One forged request; what is left out is not sent. */
interface Forgery {
  readonly method?: string;
  readonly target?: string;
  readonly site?: string;
  readonly origin?: string;
  readonly type?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
  readonly cookie?: string;
}

const FORM = "application/x-www-form-urlencoded";
const VALID = `_csrf=${encodeURIComponent(token)}&a=1`;

function bytesOf(forgery: Forgery): string {
  const { method = "POST", target = "/form", site, origin, type = FORM, lines = [], body = "a=1" } = forgery;
  const cookie = forgery.cookie ?? victim.cookieHeader;
  const all = [
    server.hostLine,
    ...(cookie === "" ? [] : [`Cookie: ${cookie}`]),
    ...(site === undefined ? [] : [`Sec-Fetch-Site: ${site}`]),
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...(type === "" ? [] : [`Content-Type: ${type}`]),
    ...lines,
  ];
  return rawPost(target, all, body).replace("POST", method);
}

const OWN = server.origin;

const refused: readonly [name: string, forgery: Forgery][] = [
  // Sec-Fetch-Site decides first: the browser says it, no page can.
  ["a cross-site request, even with the token", { site: "cross-site", body: VALID }],
  ["a request of a sibling sub-domain, even with the token", { site: "same-site", body: VALID }],
  ["a cross-site request that claims the own origin", { site: "cross-site", origin: OWN, body: VALID }],
  ["two sites in one value", { site: "same-origin, cross-site" }],
  ["two Sec-Fetch-Site lines", { site: "same-origin", lines: ["Sec-Fetch-Site: cross-site"] }],
  ["a site no browser sends", { site: "own" }],
  ["the right site in the wrong case", { site: "Same-Origin" }],
  ["an empty site", { site: "" }],
  // Then Origin.
  ["another origin, even with the token", { origin: "https://evil.test", body: VALID }],
  ["the opaque origin", { origin: "null" }],
  ["an empty origin", { origin: "" }],
  ["the own host under the other scheme", { origin: OWN.replace("http:", "https:") }],
  ["the own host on another port", { origin: `${OWN}0` }],
  ["an origin that starts like the own one", { origin: `${OWN}.evil.test` }],
  ["an origin with the own one as user information", { origin: `http://${OWN.slice(7)}@evil.test` }],
  ["an origin with a path", { origin: `${OWN}/` }],
  ["two origins", { origin: `${OWN} https://evil.test` }],
  ["two Origin lines", { origin: OWN, lines: ["Origin: https://evil.test"] }],
  ["only a Referer that looks right", { lines: [`Referer: ${OWN}/`] }],
  // Then the token.
  ["no sign of where it comes from, and no token", {}],
  ["no token and no cookie", { cookie: "" }],
  ["an empty token", { body: "_csrf=&a=1" }],
  ["a token of one character", { body: "_csrf=a&a=1" }],
  ["the token without its last character", { body: VALID.replace(/.&a=1/, "&a=1") }],
  [
    "the token with a changed first character",
    { body: VALID.replace(/_csrf=./, (at) => (at.endsWith("A") ? "_csrf=B" : "_csrf=A")) },
  ],
  ["the token twice", { body: `${VALID}&_csrf=${encodeURIComponent(token)}` }],
  ["the token as an array", { body: VALID.replace("_csrf", "_csrf[]") }],
  [
    "the token as an object",
    { type: "application/json", body: JSON.stringify({ _csrf: { toString: token } }) },
  ],
  ["a token of 4 kB", { body: `_csrf=${"a".repeat(4096)}` }],
  ["the token of another session", { body: `_csrf=${encodeURIComponent(tokenOfOther)}` }],
  ["the token of a visitor without a session", { body: `_csrf=${encodeURIComponent(tokenOfStranger)}` }],
  ["the token without the session's cookie", { body: VALID, cookie: "" }],
  ["the token with another visitor's cookie", { body: VALID, cookie: other.cookieHeader }],
  ["the token in the address", { target: `/form?${VALID}` }],
  ["the token in a cookie", { cookie: `${victim.cookieHeader}; _csrf=${token}; X-CSRF-Token=${token}` }],
  // What a form can send without asking first.
  ["JSON sent as text", { type: "text/plain", body: '{"a":1}' }],
  ["JSON sent as a form", { body: '{"a":1,"b":"="}' }],
  ["no content type", { type: "" }],
  [
    "multipart",
    {
      type: "multipart/form-data; boundary=x",
      body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
    },
  ],
  ["JSON", { type: "application/json", body: '{"a":1}' }],
  // Other methods change state too.
  ["a cross-site PUT", { method: "PUT", site: "cross-site" }],
  ["a cross-site PATCH", { method: "PATCH", site: "cross-site" }],
  ["a cross-site DELETE", { method: "DELETE", site: "cross-site" }],
  ["a DELETE that says nothing", { method: "DELETE" }],
  ["a method whose safety nobody vouches for", { method: "MKACTIVITY", site: "cross-site" }],
];

async function reached(): Promise<number> {
  const state = (await (await fetch(`${OWN}/state`)).json()) as { readonly reached: number };
  return state.reached;
}

for (const [name, forgery] of refused) {
  test(`refuses ${name}`, async () => {
    const before = await reached();
    const { status } = await assertRefused(server, await server.send(bytesOf(forgery)));
    assert.ok(status === 403 || status === 400, `refused with ${status}`);
    assert.equal(await reached(), before, "the request reached the route");
  });
}

const allowed: readonly [name: string, forgery: Forgery][] = [
  ["a request of the own page", { site: "same-origin" }],
  ["a request of the own page that hides its origin", { site: "same-origin", origin: "null" }],
  ["the own origin from a browser without Sec-Fetch-Site", { origin: OWN }],
  ["the token in the form", { body: VALID }],
  [
    "the token in the header",
    { type: "application/json", body: '{"a":1}', lines: [`X-CSRF-Token: ${token}`] },
  ],
  [
    "the login form of a visitor without a session",
    { body: `_csrf=${encodeURIComponent(tokenOfStranger)}`, cookie: stranger.cookieHeader },
  ],
];

for (const [name, forgery] of allowed) {
  test(`lets through ${name}`, async () => {
    const before = await reached();
    const { answers } = await server.send(bytesOf(forgery));
    assert.equal(answers[0]?.status, 200, answers[0]?.body);
    assert.equal(await reached(), before + 1);
  });
}

test("masks the token afresh in every answer, so that compression tells nothing about it", async () => {
  const seen = new Set(await Promise.all(Array.from({ length: 20 }, () => victim.tokenOf("/"))));
  assert.equal(seen.size, 20);
});
