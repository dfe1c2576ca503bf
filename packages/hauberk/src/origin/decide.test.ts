import assert from "node:assert/strict";
import { test } from "node:test";
import { POISONED } from "../../test/poisoned-hosts.ts";
import { decideOrigin, type OriginFacts, type OriginVerdict } from "./decide.ts";
import { parseOriginOptions, type OriginOptions } from "./options.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const OPTIONS: OriginOptions = {
  origins: [
    "https://app.example",
    "https://xn--bcher-kva.example",
    "http://localhost:3000",
    "http://[::1]:3000",
  ],
};
const direct = parseOriginOptions(OPTIONS);
const proxied = parseOriginOptions({ ...OPTIONS, proxy: { cidr: ["10.0.0.0/8"] } });

const usual: OriginFacts = {
  method: "GET",
  target: "/notes?page=2",
  hosts: ["app.example"],
  encrypted: true,
  peerAddress: "192.0.2.7",
  forwardedFor: undefined,
  forwardedProto: undefined,
  forwardedHost: undefined,
  forwardedPort: undefined,
  forwarded: undefined,
};

/** What a verdict comes down to: where it was sent, or why it is not let in. */
function gist(verdict: OriginVerdict): string {
  if (verdict.kind === "pass") return `${verdict.view.origin.text} ${verdict.view.target}`;
  return verdict.kind === "redirect" ? `-> ${verdict.location}` : `${verdict.code} ${verdict.because}`;
}

const CASES: readonly [title: string, facts: Partial<OriginFacts>, want: string][] = [
  ["takes the usual request", {}, "https://app.example /notes?page=2"],
  ["takes a host in capitals", { hosts: ["APP.Example"] }, "https://app.example /notes?page=2"],
  ["takes the default port", { hosts: ["app.example:443"] }, "https://app.example /notes?page=2"],
  ["takes an IDNA host", { hosts: ["xn--bcher-kva.example"] }, "https://xn--bcher-kva.example /notes?page=2"],
  [
    "takes a port that belongs to the origin",
    { hosts: ["localhost:3000"], encrypted: false },
    "http://localhost:3000 /notes?page=2",
  ],
  ["takes an IPv6 origin", { hosts: ["[::1]:3000"], encrypted: false }, "http://[::1]:3000 /notes?page=2"],
  ["takes OPTIONS *", { method: "OPTIONS", target: "*" }, "https://app.example *"],
  [
    "takes absolute-form that names the same host",
    { target: "https://app.example/a?b" },
    "https://app.example /a?b",
  ],
  ["takes absolute-form in capitals", { target: "HTTPS://APP.EXAMPLE/a" }, "https://app.example /a"],
  ["takes absolute-form without a path", { target: "https://app.example" }, "https://app.example /"],
  ["takes absolute-form with only a query", { target: "https://app.example?a" }, "https://app.example /?a"],

  ["refuses no host", { hosts: [] }, "HOST_INVALID host-missing"],
  ["refuses two hosts", { hosts: ["app.example", "evil.example"] }, "HOST_INVALID host-repeated"],
  ["refuses the same host twice", { hosts: ["app.example", "app.example"] }, "HOST_INVALID host-repeated"],
  ["refuses an empty host", { hosts: [""] }, "HOST_INVALID host-malformed"],
  ["refuses another host", { hosts: ["evil.example"] }, "HOST_UNKNOWN host-unknown"],
  ["refuses a subdomain", { hosts: ["x.app.example"] }, "HOST_UNKNOWN host-unknown"],
  ["refuses a name that ends like ours", { hosts: ["evilapp.example"] }, "HOST_UNKNOWN host-unknown"],
  [
    "refuses a name that begins like ours",
    { hosts: ["app.example.evil.example"] },
    "HOST_UNKNOWN host-unknown",
  ],
  ["refuses another port", { hosts: ["app.example:8443"] }, "HOST_UNKNOWN host-unknown"],
  ["refuses the other scheme's port", { hosts: ["app.example:80"] }, "HOST_UNKNOWN host-unknown"],
  ["refuses an address that was not listed", { hosts: ["192.0.2.1"] }, "HOST_UNKNOWN host-unknown"],
  [
    "refuses a rebound name on the development origin",
    { hosts: ["evil.example:3000"], encrypted: false },
    "HOST_UNKNOWN host-unknown",
  ],
  [
    "refuses localhost without its port",
    { hosts: ["localhost"], encrypted: false },
    "HOST_UNKNOWN host-unknown",
  ],
  ["refuses a development origin over TLS", { hosts: ["localhost:3000"] }, "HOST_UNKNOWN host-unknown"],
  ["refuses __proto__ as a host", { hosts: ["__proto__"] }, "HOST_UNKNOWN host-unknown"],

  [
    "refuses absolute-form of another host",
    { target: "https://evil.example/a" },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form of ours with another Host",
    { target: "https://app.example/a", hosts: ["evil.example"] },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form with userinfo",
    { target: "https://app.example@evil.example/" },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form with userinfo of ours",
    { target: "https://x@app.example/" },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form with another port",
    { target: "https://app.example:8443/" },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form of the other scheme",
    { target: "http://app.example/" },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form that alone writes the default port",
    { target: "https://app.example:443/" },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form that claims https on a plain connection",
    { target: "https://app.example/", encrypted: false },
    "HOST_INVALID target-disagrees",
  ],
  [
    "refuses absolute-form of another scheme",
    { target: "ftp://app.example/" },
    "HOST_INVALID target-disagrees",
  ],
  ["refuses absolute-form without an authority", { target: "https:///a" }, "HOST_INVALID target-disagrees"],
  [
    "refuses absolute-form with a backslash",
    { target: "https://app.example\\@evil.example/" },
    "HOST_INVALID target-disagrees",
  ],
  ["refuses a target without a slash", { target: "notes" }, "HOST_INVALID target-disagrees"],
  ["refuses an empty target", { target: "" }, "HOST_INVALID target-disagrees"],
  [
    "refuses authority-form",
    { method: "CONNECT", target: "app.example:443" },
    "HOST_INVALID target-disagrees",
  ],
  ["refuses GET *", { target: "*" }, "PATH_REFUSED not-a-path"],
  ["refuses a fragment in absolute-form", { target: "https://app.example#x" }, "PATH_REFUSED fragment"],
  ["refuses a fragment in the target", { target: "/a#b" }, "PATH_REFUSED fragment"],
  ["refuses a network path", { target: "//evil.example/" }, "PATH_REFUSED network-path"],
  [
    "refuses a network path inside absolute-form",
    { target: "https://app.example//evil.example/" },
    "PATH_REFUSED network-path",
  ],
  [
    "refuses dot segments inside absolute-form",
    { target: "https://app.example/a/../b" },
    "PATH_REFUSED dot-segment",
  ],

  ["sends a page over http to https", { encrypted: false }, "-> https://app.example/notes?page=2"],
  [
    "sends HEAD over http to https",
    { encrypted: false, method: "HEAD" },
    "-> https://app.example/notes?page=2",
  ],
  [
    "sends a page over http with its port to https",
    { encrypted: false, hosts: ["app.example:80"] },
    "-> https://app.example/notes?page=2",
  ],
  [
    "sends a page on an unusual http port to https",
    { encrypted: false, hosts: ["app.example:8080"] },
    "-> https://app.example/notes?page=2",
  ],
  ["never redirects POST over http", { encrypted: false, method: "POST" }, "HTTPS_REQUIRED unsafe-over-http"],
  ["never redirects PUT over http", { encrypted: false, method: "PUT" }, "HTTPS_REQUIRED unsafe-over-http"],
  [
    "never redirects QUERY over http",
    { encrypted: false, method: "QUERY" },
    "HTTPS_REQUIRED unsafe-over-http",
  ],
  [
    "never redirects a lower-case get over http",
    { encrypted: false, method: "get" },
    "HTTPS_REQUIRED unsafe-over-http",
  ],
  [
    "never redirects OPTIONS * over http",
    { encrypted: false, method: "OPTIONS", target: "*" },
    "HTTPS_REQUIRED unsafe-over-http",
  ],
  [
    "never redirects another host to itself",
    { encrypted: false, hosts: ["evil.example"] },
    "HOST_UNKNOWN host-unknown",
  ],
  [
    "never redirects to a network path",
    { encrypted: false, target: "//evil.example" },
    "PATH_REFUSED network-path",
  ],
  [
    "never redirects to a backslash",
    { encrypted: false, target: "/\\evil.example" },
    "PATH_REFUSED backslash",
  ],
];

for (const [title, facts, want] of CASES) {
  test(title, () => {
    assert.equal(gist(decideOrigin({ ...usual, ...facts }, direct)), want);
  });
}

for (const [title, host] of POISONED) {
  test(`lets nobody in with a Host that is ${title}`, () => {
    for (const encrypted of [true, false]) {
      const verdict = decideOrigin({ ...usual, hosts: [host], encrypted }, direct);
      assert.equal(verdict.kind, "refuse");
    }
  });
}

const FORWARDED: Partial<OriginFacts> = {
  peerAddress: "10.0.0.1",
  encrypted: false,
  forwardedProto: "https",
  forwardedFor: "198.51.100.4",
};

/** Host, scheme and client, as a pass says them. */
function seen(facts: Partial<OriginFacts>, policy = proxied): string {
  const verdict = decideOrigin({ ...usual, ...facts }, policy);
  return verdict.kind === "pass"
    ? `${verdict.view.origin.text} ${verdict.view.clientAddress}`
    : gist(verdict);
}

const FORWARDING: readonly [title: string, facts: Partial<OriginFacts>, want: string][] = [
  ["believes the declared proxy", FORWARDED, "https://app.example 198.51.100.4"],
  [
    "ignores forwarding headers of anybody else",
    { ...FORWARDED, peerAddress: "192.0.2.7", encrypted: true },
    "https://app.example 192.0.2.7",
  ],
  [
    "ignores a claimed https of anybody else",
    { ...FORWARDED, peerAddress: "192.0.2.7" },
    "-> https://app.example/notes?page=2",
  ],
  [
    "ignores a forwarded host of anybody else",
    { peerAddress: "192.0.2.7", hosts: ["evil.example"], forwardedHost: "app.example" },
    "HOST_UNKNOWN host-unknown",
  ],
  [
    "knows a proxy by its IPv4-mapped address",
    { ...FORWARDED, peerAddress: "::ffff:10.0.0.1" },
    "https://app.example 198.51.100.4",
  ],
  [
    "knows a proxy by its IPv4-mapped address in hexadecimal",
    { ...FORWARDED, peerAddress: "::ffff:a00:1" },
    "https://app.example 198.51.100.4",
  ],
  [
    "writes an IPv4-mapped client as IPv4",
    { ...FORWARDED, forwardedFor: "::ffff:198.51.100.4" },
    "https://app.example 198.51.100.4",
  ],
  [
    "takes the scheme the nearest proxy added",
    { ...FORWARDED, forwardedProto: "http, https" },
    "https://app.example 198.51.100.4",
  ],
  [
    "takes no scheme the client wrote first",
    { ...FORWARDED, forwardedProto: "https, http" },
    "-> https://app.example/notes?page=2",
  ],
  [
    "refuses a scheme that is none",
    { ...FORWARDED, forwardedProto: "wss" },
    "HOST_INVALID forwarded-malformed",
  ],
  ["refuses an empty scheme", { ...FORWARDED, forwardedProto: "" }, "HOST_INVALID forwarded-malformed"],
  [
    "refuses a scheme in capitals from nowhere",
    { ...FORWARDED, forwardedProto: "https\u0000" },
    "HOST_INVALID forwarded-malformed",
  ],
  [
    "takes the host the nearest proxy added",
    { ...FORWARDED, hosts: ["upstream"], forwardedHost: "evil.example, app.example" },
    "https://app.example 198.51.100.4",
  ],
  [
    "takes no host the client wrote first",
    { ...FORWARDED, hosts: ["upstream"], forwardedHost: "app.example, evil.example" },
    "HOST_UNKNOWN host-unknown",
  ],
  [
    "refuses a forwarded host with userinfo",
    { ...FORWARDED, forwardedHost: "app.example@evil.example" },
    "HOST_INVALID host-malformed",
  ],
  ["refuses an empty forwarded host", { ...FORWARDED, forwardedHost: "" }, "HOST_INVALID host-malformed"],
  [
    "counts from the right past trusted proxies",
    { ...FORWARDED, forwardedFor: "203.0.113.9, 198.51.100.4, 10.0.0.2" },
    "https://app.example 198.51.100.4",
  ],
  [
    "believes no address left of an untrusted one",
    { ...FORWARDED, forwardedFor: "10.0.0.9, 198.51.100.4" },
    "https://app.example 198.51.100.4",
  ],
  [
    "stops at an address that is none",
    { ...FORWARDED, forwardedFor: "198.51.100.4, unknown" },
    "https://app.example 10.0.0.1",
  ],
  [
    "stops at an obfuscated address",
    { ...FORWARDED, forwardedFor: "_hidden" },
    "https://app.example 10.0.0.1",
  ],
  [
    "stops at an empty address",
    { ...FORWARDED, forwardedFor: "198.51.100.4," },
    "https://app.example 10.0.0.1",
  ],
  [
    "takes an address with a port",
    { ...FORWARDED, forwardedFor: "198.51.100.4:4711" },
    "https://app.example 198.51.100.4",
  ],
  [
    "takes an IPv6 address in brackets with a port",
    { ...FORWARDED, forwardedFor: "[2001:DB8::7]:4711" },
    "https://app.example 2001:db8::7",
  ],
  [
    "stops at an IPv6 address with a zone",
    { ...FORWARDED, forwardedFor: "fe80::1%eth0" },
    "https://app.example 10.0.0.1",
  ],
  [
    "stops at a number that is no address",
    { ...FORWARDED, forwardedFor: "2130706433" },
    "https://app.example 10.0.0.1",
  ],
  [
    "ends at the left when every hop is trusted",
    { ...FORWARDED, forwardedFor: "10.0.0.3, 10.0.0.2" },
    "https://app.example 10.0.0.3",
  ],
];

for (const [title, facts, want] of FORWARDING) {
  test(title, () => {
    assert.equal(seen(facts), want);
  });
}

const standard = parseOriginOptions({ ...OPTIONS, proxy: { cidr: ["10.0.0.0/8"], header: "forwarded" } });

const STANDARD: readonly [title: string, facts: Partial<OriginFacts>, want: string][] = [
  [
    "believes the declared proxy's Forwarded",
    { forwarded: "for=198.51.100.4;proto=https" },
    "https://app.example 198.51.100.4",
  ],
  [
    "takes the host of the last element",
    { forwarded: "host=evil.example;proto=http, for=198.51.100.4;proto=https;host=app.example" },
    "https://app.example 198.51.100.4",
  ],
  [
    "takes no host of an earlier element",
    { hosts: ["upstream"], forwarded: "host=app.example;for=6.6.6.6, for=198.51.100.4;proto=https" },
    "HOST_UNKNOWN host-unknown",
  ],
  [
    "counts Forwarded from the right",
    { forwarded: 'for=6.6.6.6, for="198.51.100.4:4711", for=10.0.0.2;proto=https' },
    "https://app.example 198.51.100.4",
  ],
  [
    "reads a quoted IPv6 address",
    { forwarded: 'for="[2001:db8::7]:4711";proto=https' },
    "https://app.example 2001:db8::7",
  ],
  [
    "stops at a hidden address",
    { forwarded: "for=198.51.100.4, for=_hidden;proto=https" },
    "https://app.example 10.0.0.1",
  ],
  [
    "stops at an element without an address",
    { forwarded: "for=198.51.100.4, proto=https" },
    "https://app.example 10.0.0.1",
  ],
  [
    "refuses a quote a client left open",
    { forwarded: 'for="6.6.6.6, for=198.51.100.4;proto=https' },
    "HOST_INVALID forwarded-malformed",
  ],
  [
    "refuses a parameter given twice",
    { forwarded: "for=198.51.100.4;proto=https;proto=http" },
    "HOST_INVALID forwarded-malformed",
  ],
  ["refuses an empty Forwarded", { forwarded: "" }, "HOST_INVALID forwarded-malformed"],
  [
    "refuses a scheme in Forwarded that is none",
    { forwarded: "proto=wss" },
    "HOST_INVALID forwarded-malformed",
  ],
  [
    "never reads X-Forwarded-* of a proxy that writes Forwarded",
    { forwardedFor: "6.6.6.6", forwardedProto: "https", forwardedHost: "app.example" },
    "-> https://app.example/notes?page=2",
  ],
];

for (const [title, facts, want] of STANDARD) {
  test(title, () => {
    assert.equal(seen({ peerAddress: "10.0.0.1", encrypted: false, ...facts }, standard), want);
  });
}

test("never reads Forwarded of a proxy that writes X-Forwarded-*", () => {
  assert.equal(
    seen({ ...FORWARDED, forwarded: "for=6.6.6.6;host=evil.example;proto=http" }),
    "https://app.example 198.51.100.4",
  );
});

const ported = parseOriginOptions({
  origins: ["https://app.example:8443", "https://other.example"],
  proxy: "loopback",
});

const PORTS: readonly [title: string, facts: Partial<OriginFacts>, want: string][] = [
  [
    "adds the forwarded port to a host without one",
    { forwardedPort: "8443" },
    "https://app.example:8443 127.0.0.1",
  ],
  [
    "takes the port the nearest proxy added",
    { forwardedPort: "1, 8443" },
    "https://app.example:8443 127.0.0.1",
  ],
  [
    "needs no forwarded port when the host has one",
    { hosts: ["app.example:8443"], forwardedPort: "9" },
    "https://app.example:8443 127.0.0.1",
  ],
  [
    "lets no forwarded port lead away from a known host",
    { hosts: ["other.example"], forwardedPort: "8080" },
    "https://other.example 127.0.0.1",
  ],
  ["refuses a forwarded port that leads nowhere", { forwardedPort: "9" }, "HOST_UNKNOWN host-unknown"],
  [
    "refuses a forwarded port that is none",
    { forwardedPort: "8443@evil.example" },
    "HOST_UNKNOWN host-unknown",
  ],
  ["refuses an empty forwarded port", { forwardedPort: "" }, "HOST_UNKNOWN host-unknown"],
  [
    "ignores a forwarded port of anybody else",
    { peerAddress: "192.0.2.7", encrypted: true, forwardedPort: "8443" },
    "HOST_UNKNOWN host-unknown",
  ],
];

for (const [title, facts, want] of PORTS) {
  test(title, () => {
    assert.equal(seen({ peerAddress: "127.0.0.1", forwardedProto: "https", ...facts }, ported), want);
  });
}

test("ignores every forwarding header when no proxy was declared", () => {
  const facts = { ...FORWARDED, peerAddress: "127.0.0.1", encrypted: true, forwardedHost: "evil.example" };
  assert.equal(seen(facts, direct), "https://app.example 127.0.0.1");
});

test("counts as many hops as were declared and no more", () => {
  const policy = parseOriginOptions({ ...OPTIONS, proxy: { hops: 2 } });
  const forwardedFor = "6.6.6.6, 198.51.100.4, 192.0.2.80";
  assert.equal(seen({ ...FORWARDED, forwardedFor }, policy), "https://app.example 198.51.100.4");
  assert.equal(
    seen({ ...FORWARDED, forwardedFor: "198.51.100.4" }, policy),
    "https://app.example 198.51.100.4",
  );
});

test("trusts loopback in both families when declared, and nobody else", () => {
  const policy = parseOriginOptions({ ...OPTIONS, proxy: "loopback" });
  for (const peerAddress of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    assert.equal(seen({ ...FORWARDED, peerAddress }, policy), "https://app.example 198.51.100.4");
  for (const peerAddress of ["128.0.0.1", "::2", "::ffff:9.9.9.9", ""])
    assert.equal(
      seen({ ...FORWARDED, encrypted: true, peerAddress }, policy),
      `https://app.example ${peerAddress.replace("::ffff:", "")}`,
    );
});

test("reads 100 KB of forwarding headers without slowing down", () => {
  for (const hostile of [",", "10.0.0.1,", " ", "[", "1.2.3.4:"]) {
    const text = hostile.repeat(100_000 / hostile.length);
    const spent = cpuMillis(() =>
      seen({ ...FORWARDED, forwardedFor: text, forwardedHost: text, forwardedPort: text }),
    );
    assert.ok(spent < 500, hostile);
  }
});
