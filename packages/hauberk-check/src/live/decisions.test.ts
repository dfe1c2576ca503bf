import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { isRemoval } from "./cookies.ts";
import { decideCsrf, type CsrfVerdict } from "./csrf.ts";
import { isRisky, readPage } from "./pages.ts";
import { foreignOrigins } from "./probes/cors.ts";
import { repeats } from "./probes/host.ts";
import { leadsAway } from "./probes/redirects.ts";
import { isGuarded } from "./probes/variants.ts";
import { listeningIn, portFrom } from "./ports.ts";
import { announced } from "./process.ts";
import { isSignedWithKnownSecret } from "./signature.ts";
import { decideTarget } from "./target.ts";
import { tlsFaults, type CertificateFacts, type TlsFacts } from "./tls-facts.ts";
import type { Answer } from "./facts.ts";

const answer = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string = "",
): Answer => ({
  url: "http://127.0.0.1/",
  method: "GET",
  status,
  headers: new Map(Object.entries(headers)),
  cookies: [],
  body,
  ms: 1,
});

describe("which targets may be probed", () => {
  const rows: readonly [address: string, isOwn: boolean, ok: boolean][] = [
    ["http://localhost:3000", false, true],
    ["http://127.0.0.1", false, true],
    ["http://127.9.9.9:80", false, true],
    ["http://[::1]:3000", false, true],
    ["http://app.localhost", false, true],
    ["http://2130706433/", false, true],
    ["http://localhost.example.com", false, false],
    ["http://127.0.0.1.example.com", false, false],
    ["http://10.0.0.1", false, false],
    ["http://0.0.0.0:3000", false, false],
    ["http://[::]:3000", false, false],
    ["http://[0:0:0:0:0:0:0:1]:3000", false, true],
    ["http://[::ffff:127.0.0.1]:3000", false, false],
    ["http://[::ffff:10.0.0.1]:3000", false, false],
    ["http://0x7f.1:3000", false, true],
    ["http://0x0a.1:3000", false, false],
    ["http://167772161:3000", false, false],
    ["http://localhost@example.com", false, false],
    ["http://127.0.0.1:3000@example.com/", false, false],
    ["http://127.0.0.1:3000\\@example.com/", false, true],
    ["http://127.0.0.1%2eexample.com", false, false],
    ["http://127.0.0.1.nip.io", false, false],
    ["http://localhost.localdomain", false, false],
    ["http://localhost.:3000", false, false],
    ["http://xlocalhost", false, false],
    ["file:///etc/passwd", true, false],
    ["https://app.example", false, false],
    ["https://app.example", true, true],
    ["ftp://localhost", true, false],
    ["localhost:3000", true, false],
    ["", false, false],
  ];
  for (const [address, isOwn, ok] of rows) {
    it(`${ok ? "takes" : "refuses"} ${JSON.stringify(address)}${isOwn ? " of the person's own" : ""}`, () => {
      assert.equal(decideTarget(address, isOwn).ok, ok);
    });
  }
});

const leadingTo = (location: string): Readonly<Record<string, string>> => ({ location });

describe("what two answers say about forged requests", () => {
  const rows: readonly [name: string, forged: Answer, own: Answer, want: CsrfVerdict][] = [
    ["a refusal where the app's own passes", answer(403), answer(302), "refused"],
    ["a refusal of both, as tokens were missing in both", answer(403), answer(403), "refused"],
    ["Laravel's way of saying no", answer(419), answer(200), "refused"],
    ["the same redirect for both", answer(302, leadingTo("/in")), answer(302, leadingTo("/in")), "accepted"],
    ["the same page for both", answer(200, {}, "hi 1"), answer(200, {}, "hi 2"), "accepted"],
    ["the same complaint about the credentials", answer(401), answer(401), "accepted"],
    ["a complaint the own request does not get", answer(400), answer(302), "refused"],
    [
      "a refusal dressed as a redirect",
      answer(302, leadingTo("/login?e=csrf")),
      answer(302, leadingTo("/")),
      "undecided",
    ],
    ["a refusal dressed as a page", answer(200, {}, "bad token"), answer(200, {}, "welcome"), "undecided"],
    ["a path that answers nobody", answer(404), answer(404), "undecided"],
    ["a method nobody answers", answer(405), answer(405), "undecided"],
    ["a type nobody takes", answer(415), answer(415), "undecided"],
    ["an error of the server", answer(500), answer(500), "undecided"],
    ["a rate limit", answer(429), answer(429), "undecided"],
    ["a redirect to the sign-in where the own request passes", answer(302), answer(200), "undecided"],
  ];
  for (const [name, forged, own, want] of rows) {
    it(`takes ${name} for ${want}`, () => {
      assert.equal(decideCsrf(forged, own), want);
    });
  }
});

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-25T00:00:00Z");
const certificate = (from: number, to: number, isForHost: boolean = true): CertificateFacts => ({
  validFrom: NOW + from * DAY_MS,
  validTo: NOW + to * DAY_MS,
  names: ["app.example"],
  isForHost,
});

describe("what handshakes show", () => {
  const good: TlsFacts = {
    oldProtocols: [],
    cipher: "TLS_AES_256_GCM_SHA384",
    agreesWithoutForwardSecrecy: false,
    certificate: certificate(-1, 1),
  };
  const rows: readonly [name: string, tls: Partial<TlsFacts>, host: string, want: readonly string[]][] = [
    ["nothing of a good server", {}, "app.example", []],
    [
      "the oldest version",
      { oldProtocols: ["TLSv1", "TLSv1.1"] },
      "app.example",
      ["The server speaks TLSv1."],
    ],
    [
      "an expired certificate",
      { certificate: certificate(-9, -1) },
      "localhost",
      ["The certificate has expired (2026-11-24)."],
    ],
    [
      "a certificate of tomorrow",
      { certificate: certificate(1, 9) },
      "localhost",
      ["The certificate is not valid yet."],
    ],
    [
      "a certificate whose dates are no dates",
      { certificate: { ...certificate(-1, 1), validFrom: Number.NaN } },
      "localhost",
      ["The certificate is not valid yet."],
    ],
    [
      "a certificate of another name",
      { certificate: certificate(-1, 1, false) },
      "shop.example",
      ["The certificate is for app.example, not for shop.example."],
    ],
    ["nothing of a real certificate at home", { certificate: certificate(-1, 1, false) }, "127.0.0.1", []],
    [
      "a key exchange that can be opened later",
      { agreesWithoutForwardSecrecy: true },
      "app.example",
      ["The server agrees to a key exchange without forward secrecy."],
    ],
  ];
  for (const [name, tls, host, want] of rows) {
    it(`is ${name}`, () => {
      assert.deepEqual(tlsFaults({ ...good, ...tls }, host, NOW), want);
    });
  }
});

describe("redirects that lead away", () => {
  const rows: readonly [location: string, status: number, want: boolean][] = [
    ["https://hauberk-check.example/", 302, true],
    ["//hauberk-check.example/", 303, true],
    ["/\\hauberk-check.example/", 302, true],
    ["/https://hauberk-check.example/", 302, false],
    ["/login?next=https://hauberk-check.example/", 302, false],
    ["https://hauberk-check.example.app.example/", 302, false],
    ["https://hauberk-check.example/", 200, false],
    ["http://[", 302, false],
  ];
  for (const [location, status, want] of rows) {
    it(`${want ? "are" : "are not"} ${String(status)} to ${location}`, () => {
      assert.equal(leadsAway(answer(status, { location })), want);
    });
  }
});

describe("pages", () => {
  const base = "http://127.0.0.1:3000/a/";

  it("keep to their own origin", () => {
    const page = readPage(
      '<a href="/x?y=1&amp;z=2">x</a><a href=b>b</a><a href="//evil.example/c">c</a><a href="http://127.0.0.1:4000/">d</a><a href="javascript:void 0">e</a>',
      base,
    );
    assert.deepEqual(page.links, ["/x?y=1&z=2", "/a/b"]);
  });

  it("give their forms, with the fields' types and values", () => {
    const page = readPage(
      '<form METHOD=post action="/login"><input name="_csrf" type="hidden" value="&quot;t"><input type=password name=pw></form><form action="https://evil.example/"></form>',
      base,
    );
    assert.deepEqual(page.forms, [
      {
        method: "POST",
        action: "/login",
        fields: [
          { name: "_csrf", type: "hidden", value: '"t' },
          { name: "pw", type: "password", value: "" },
        ],
      },
    ]);
  });

  it("give their scripts, styles and images", () => {
    assert.deepEqual(
      readPage(
        '<script src="/js/a.js"></script><link rel=stylesheet href="/b.css"><img src=//cdn.example/c.png>',
        base,
      ).assets,
      ["/js/a.js", "/b.css"],
    );
  });
});

const signed = (id: string, secret: string): string =>
  encodeURIComponent(
    `s:${id}.${createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "")}`,
  );

describe("addresses that are not followed, as a GET may change something there", () => {
  const risky = [
    "/logout",
    "/Sign-Out?x=1",
    "/cart/clear",
    "/notes/1/delete",
    "/admin/restart",
    "/keys/purge",
  ];
  const harmless = ["/", "/notes/1", "/search?q=out", "/login", "/cart"];
  for (const path of [...risky, ...harmless])
    it(`${risky.includes(path) ? "leaves" : "follows"} ${path}`, () => {
      assert.equal(isRisky(path), risky.includes(path));
    });
});

describe("signatures", () => {
  const none: ReadonlyMap<string, string> = new Map();

  it("made with a published secret are recognised", () => {
    assert.equal(isSignedWithKnownSecret("connect.sid", signed("abc", "keyboard cat"), none), true);
  });
  it("made with another secret are not", () => {
    assert.equal(isSignedWithKnownSecret("connect.sid", signed("abc", "mJ4c0U8o2mC9yqk1"), none), false);
  });
  for (const hash of ["sha256", "sha384", "sha512"]) {
    it(`of JSON web tokens are tried (${hash})`, () => {
      const text = `${Buffer.from('{"alg":"HS"}').toString("base64url")}.${Buffer.from('{"sub":1}').toString("base64url")}`;
      const tokenWith = (secret: string): string =>
        `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
      assert.equal(isSignedWithKnownSecret("token", tokenWith("secret"), none), true);
      assert.equal(
        isSignedWithKnownSecret("token", tokenWith("h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k"), none),
        false,
      );
    });
  }
  it("of cookie-session, in a cookie of their own, are tried", () => {
    const signature = createHmac("sha1", "secret").update("session=eyJhIjoxfQ==").digest("base64url");
    assert.equal(
      isSignedWithKnownSecret("session", "eyJhIjoxfQ==", new Map([["session.sig", signature]])),
      true,
    );
  });
  it("that are not there are nothing", () => {
    for (const value of ["", "s:", "s:a", "a.b.c", "%E0%A4%A", "plain"])
      assert.equal(isSignedWithKnownSecret("x", value, none), false);
  });
});

describe("a cookie", () => {
  const TODAY = Date.parse("2026-11-26T08:00:00Z");
  for (const [header, want] of [
    ["sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true],
    ["sid=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true],
    ["sid=gone; Max-Age=0", true],
    ["sid=gone; Max-Age=-1; Expires=Fri, 01 Jan 2100 00:00:00 GMT", true],
    ["sid=", true],
    ["sid=a; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false],
    ["sid=a; Expires=Fri, 01 Jan 2100 00:00:00 GMT", false],
    ["sid=a; Expires=never", false],
    ["sid=a; Max-Age=soon", false],
    ["sid=a", false],
  ] as const) {
    it(`is ${want ? "taken away" : "set"} by ${header}`, () => {
      assert.equal(isRemoval(header, TODAY), want);
    });
  }
});

describe("small decisions", () => {
  it("look-alike origins are tried, and plain HTTP for an https site", () => {
    assert.deepEqual(foreignOrigins(new URL("https://app.example/")), [
      "https://hauberk-check.example",
      "null",
      "https://app.example.hauberk-check.example",
      "https://hauberk-check-app.example",
      "http://app.example",
    ]);
  });
  it("a foreign host counts in links and redirects, not in a sentence", () => {
    const foreign = "hauberk-check-foreign.example";
    assert.equal(repeats(answer(302, { location: `http://${foreign}/login` })), true);
    assert.equal(repeats(answer(200, {}, `<a href="http://${foreign}/reset">`)), true);
    assert.equal(repeats(answer(400, {}, `<p>There is no site ${foreign} here.</p>`)), false);
  });
  it("a path is guarded when it refuses or sends to the sign-in", () => {
    assert.deepEqual(
      [
        answer(401),
        answer(403),
        answer(302, { location: "/login?next=/" }),
        answer(302, { location: "/en" }),
        answer(200),
      ].map(isGuarded),
      [true, true, true, false, false],
    );
  });
  it("what an app prints tells where it listens", () => {
    assert.equal(announced("Listening on http://0.0.0.0:8080/")?.href, "http://localhost:8080/");
    assert.equal(announced("app listening on port 4000!")?.href, "http://localhost:4000/");
    assert.equal(announced("ready in 300 ms"), undefined);
    assert.equal(announced("port 99999, http://localhost:70000"), undefined);
    assert.equal(announced("serving on https://localhost:8443")?.href, "https://localhost:8443/");
  });
  it("what listened before the app was started is not the app", () => {
    const output = "search at http://localhost:9200, database on port 5432\nlistening on port 4000";
    assert.equal(announced(output, new Set([9200, 5432]))?.port, "4000");
    assert.equal(announced(output, new Set([9200, 5432, 4000])), undefined);
    assert.equal(announced("http://localhost:9200 http://localhost:8080", new Set([9200]))?.port, "8080");
  });
  for (const [value, want] of [
    ["8080", 8080],
    ["1", 1],
    ["65535", 65_535],
    [undefined, 3000],
    ["", 3000],
    ["0", 3000],
    ["65536", 3000],
    ["-1", 3000],
    ["1e3", 3000],
    [" 80", 3000],
    ["80@example.com", 3000],
    ["80/../@example.com", 3000],
    ["/run/app.sock", 3000],
  ] as const) {
    it(`PORT=${String(value)} means port ${String(want)} of this machine`, () => {
      assert.equal(portFrom(value), want);
    });
  }
  it("the system's table tells which ports are taken", () => {
    const table = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0
   2: 0100007F:1538 0100007F:9C40 01 00000000:00000000
   3: nonsense
`;
    assert.deepEqual(listeningIn(table), [3000, 8080]);
    assert.deepEqual(listeningIn(""), []);
  });
});
