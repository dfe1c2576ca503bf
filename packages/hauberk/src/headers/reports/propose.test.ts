import assert from "node:assert/strict";
import { test } from "node:test";
import { buildCsp } from "../csp.ts";
import type { ReportKind } from "./store.ts";
import { propose } from "./propose.ts";

const csp = buildCsp(undefined, "headers()");
const candidate = buildCsp({ remove: { "img-src": ["data:"] } }, "headers()");
const kind = (rule: string, blocked: string, more: Partial<ReportKind> = {}): ReportKind => ({
  type: "csp-violation",
  page: "/notes",
  rule,
  blocked,
  disposition: "enforce",
  source: "",
  noise: false,
  count: 1,
  firstSeenMs: 0,
  lastSeenMs: 0,
  ...more,
});

const rows: readonly [name: string, rule: string, blocked: string, add: object, words: RegExp][] = [
  [
    "an image of another host is allowed by host",
    "img-src",
    "https://cdn.example",
    { "img-src": ["https://cdn.example"] },
    /Allow https:\/\/cdn\.example in img-src/,
  ],
  [
    "a style sheet of another host is allowed in style-src",
    "style-src-elem",
    "https://cdn.example",
    { "style-src": ["https://cdn.example"] },
    /style-src/,
  ],
  [
    "a request to another host is allowed in connect-src",
    "connect-src",
    "https://api.example",
    { "connect-src": ["https://api.example"] },
    /connect-src/,
  ],
  // No browser reports these four like this: somebody who wants the policy weakened does.
  [
    "a made-up report cannot widen everything at once",
    "default-src",
    "https://evil.example",
    {},
    /default-src/,
  ],
  ["a made-up report cannot open a sandbox", "sandbox", "allow-same-origin", {}, /sandbox/],
  ["a word is no host", "img-src", "https", {}, /Look at img-src/],
  ["a made-up report cannot let workers be made of text", "child-src", "blob:", {}, /Look at child-src/],
  [
    "where forms may go is asked about before it is allowed",
    "form-action",
    "https://pay.example",
    { "form-action": ["https://pay.example"] },
    /what visitors type goes there.*Allow|Allow.*what visitors type goes there/,
  ],
  ["a data: font is allowed by scheme", "font-src", "data:", { "font-src": ["data:"] }, /data:/],
  [
    "WebAssembly has its own keyword",
    "script-src",
    "wasm-eval",
    { "script-src": ["'wasm-unsafe-eval'"] },
    /WebAssembly/,
  ],
  ["an inline script gets the nonce, not 'unsafe-inline'", "script-src-elem", "inline", {}, /nonce=cspNonce/],
  ["an inline event handler is moved", "script-src-attr", "inline", {}, /addEventListener/],
  ["an inline style gets the nonce", "style-src-elem", "inline", {}, /inline style the nonce/],
  ["a style attribute is moved", "style-src-attr", "inline", {}, /style sheet/],
  ["eval is replaced, not allowed", "script-src", "eval", {}, /Replace eval/],
  [
    "a script of another host gets the nonce: hosts do not count beside 'strict-dynamic'",
    "script-src-elem",
    "https://cdn.example",
    {},
    /nonce/,
  ],
  ["an own script without the nonce gets it", "script-src-elem", "/app.js", {}, /own files the nonce/],
  ["a script in a data: URL is not allowed", "script-src-elem", "data:", {}, /nonce/],
  ["a plug-in in a blob: is not allowed for everybody", "object-src", "blob:", {}, /Replace the <object>/],
  [
    "a plug-in of a host is not allowed either",
    "object-src",
    "https://cdn.example",
    {},
    /Replace the <object>/,
  ],
  ["a base in a data: URL is not allowed", "base-uri", "data:", {}, /<base>/],
  ["a base of a host is not allowed either", "base-uri", "https://evil.example", {}, /<base>/],
  ["a frame around the page is somebody's decision", "frame-ancestors", "/", {}, /name their origin/],
  [
    "a worker of a blob: is not allowed for everybody",
    "worker-src",
    "blob:",
    {},
    /without allowing everybody/,
  ],
  [
    "a directive somebody made up is not put into a policy",
    "evil-src",
    "https://cdn.example",
    {},
    /Look at evil-src/,
  ],
  ["a directive without sources is not given one", "sandbox", "https://cdn.example", {}, /Look at sandbox/],
  [
    "something a client made up is not put into a policy",
    "img-src",
    "self';script-src",
    {},
    /Look at img-src/,
  ],
  [
    "a value for Trusted Types is handed to a policy",
    "require-trusted-types-for",
    "trusted-types-sink",
    {},
    /Trusted Types/,
  ],
];
for (const [name, rule, blocked, add, words] of rows) {
  test(name, () => {
    const proposal = propose([kind(rule, blocked)], csp, candidate);
    assert.deepEqual(proposal.add, add);
    assert.match(proposal.suggestions[0]?.words ?? "", words);
  });
}

test("no proposal can be refused by the policy it is for", () => {
  const proposal = propose(
    rows.map(([, rule, blocked]) => kind(rule, blocked)),
    csp,
    candidate,
  );
  assert.doesNotThrow(() => buildCsp({ add: proposal.add }, "headers()"));
  assert.doesNotMatch(JSON.stringify(proposal.add), /'unsafe-|\*/);
});

test("the diff shows the directives that change, and nothing else", () => {
  const kinds = [
    kind("img-src", "https://b.example"),
    kind("img-src", "https://a.example"),
    kind("connect-src", "https://api.example"),
  ];
  assert.equal(
    propose(kinds, csp, candidate).diff,
    [
      "- img-src 'self' data:",
      "+ img-src 'self' data: https://a.example https://b.example",
      "+ connect-src 'self' https://api.example",
    ].join("\n"),
  );
});

test("what an extension caused is counted and not followed", () => {
  const proposal = propose(
    [kind("img-src", "https://ads.example", { noise: true, count: 7 })],
    csp,
    candidate,
  );
  assert.deepEqual([proposal.suggestions.length, proposal.diff, proposal.noise], [0, "", 7]);
});

test("other reports than violations change no policy", () => {
  const proposal = propose([kind("UnloadHandler", "", { type: "deprecation" })], csp, candidate);
  assert.deepEqual(proposal.suggestions, []);
});

test("the same advice for several pages is given once, the most frequent first", () => {
  const proposal = propose(
    [
      kind("font-src", "data:"),
      kind("img-src", "https://a.example", { page: "/a", count: 2 }),
      kind("img-src", "https://a.example", { page: "/b", count: 3 }),
    ],
    csp,
    candidate,
  );
  assert.deepEqual(
    proposal.suggestions.map(({ count, pages }) => [count, pages]),
    [
      [5, ["/a", "/b"]],
      [1, ["/notes"]],
    ],
  );
});

test("what the policy allows by now is not proposed again", () => {
  const changed = buildCsp(
    { add: { "img-src": ["https://a.example", "https://*.cdn.example"], "font-src": ["https:"] } },
    "headers()",
  );
  const kinds = [
    kind("img-src", "https://a.example"),
    kind("img-src", "https://x.cdn.example"),
    kind("img-src", "data:"),
    kind("font-src", "https://fonts.example"),
  ];
  assert.deepEqual(propose(kinds, changed, candidate).suggestions, []);
  const others = [kind("img-src", "https://cdn.example"), kind("img-src", "http://a.example")];
  assert.equal(propose(others, changed, candidate).suggestions.length, 2);
});

test("what only the policy on trial would block changes that one", () => {
  const kinds = [
    kind("img-src", "data:", { disposition: "report" }),
    kind("img-src", "https://a.example", { disposition: "enforce" }),
    kind("img-src", "https://a.example", { disposition: "report" }),
  ];
  const proposal = propose(kinds, csp, candidate);
  assert.equal(proposal.diff, "- img-src 'self' data:\n+ img-src 'self' data: https://a.example");
  assert.equal(proposal.candidate.diff, "- img-src 'self'\n+ img-src 'self' data:");
});

test("an own file is 'self'", () => {
  const strict = buildCsp({ replace: { "default-src": ["'none'"] } }, "headers()");
  const proposal = propose([kind("media-src", "/film.mp4")], strict, candidate);
  assert.deepEqual(proposal.add, { "media-src": ["'self'"] });
  assert.match(proposal.suggestions[0]?.words ?? "", /own files/);
});
