import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { parseOriginOptions } from "./options.ts";

const REFUSED: readonly [title: string, input: unknown, code: string, says: string][] = [
  ["no options", undefined, "ORIGINS_MISSING", "https://app.example"],
  ["no origins", {}, "ORIGINS_MISSING", "Host header"],
  ["an empty list of origins", { origins: [] }, "ORIGINS_MISSING", "origins"],
  ["a request instead of options", new Map(), "OPTIONS_INVALID", "plain object"],
  ["an array instead of options", [], "OPTIONS_INVALID", "plain object"],
  ["a string instead of origins", { origins: "https://app.example" }, "OPTION_TYPE", "array of strings"],
  ["a number among the origins", { origins: [1] }, "OPTION_TYPE", "array of strings"],
  ["a misspelt option", { origin: ["https://app.example"] }, "OPTION_UNKNOWN", "origins"],
  ["a wildcard", { origins: ["https://*.app.example"] }, "ORIGIN_INVALID", "wildcard"],
  ["everything", { origins: ["*"] }, "ORIGIN_INVALID", "*"],
  ["the opaque origin", { origins: ["null"] }, "ORIGIN_INVALID", "null"],
  ["an empty origin", { origins: [""] }, "ORIGIN_INVALID", "origins[0]"],
  ["an origin without a scheme", { origins: ["app.example"] }, "ORIGIN_INVALID", "scheme"],
  [
    "an origin with a slash",
    { origins: ["https://app.example/"] },
    "ORIGIN_INVALID",
    '"https://app.example"',
  ],
  [
    "an origin with a path",
    { origins: ["https://app.example/a"] },
    "ORIGIN_INVALID",
    '"https://app.example"',
  ],
  [
    "an origin with a query",
    { origins: ["https://app.example?a"] },
    "ORIGIN_INVALID",
    '"https://app.example"',
  ],
  [
    "an origin with userinfo",
    { origins: ["https://u@app.example"] },
    "ORIGIN_INVALID",
    '"https://app.example"',
  ],
  [
    "an origin with its default port",
    { origins: ["https://app.example:443"] },
    "ORIGIN_INVALID",
    '"https://app.example"',
  ],
  ["an origin in capitals", { origins: ["https://App.Example"] }, "ORIGIN_INVALID", '"https://app.example"'],
  ["a scheme in capitals", { origins: ["HTTPS://app.example"] }, "ORIGIN_INVALID", '"https://app.example"'],
  ["an origin in Unicode", { origins: ["https://b\u00fccher.example"] }, "ORIGIN_INVALID", "xn--bcher-kva"],
  [
    "an origin with a Kelvin sign",
    { origins: ["https://\u212aey.example"] },
    "ORIGIN_INVALID",
    "key.example",
  ],
  [
    "an IPv6 origin that is not shortened",
    { origins: ["https://[0:0:0:0:0:0:0:1]"] },
    "ORIGIN_INVALID",
    "[::1]",
  ],
  ["a trailing dot", { origins: ["https://app.example."] }, "ORIGIN_INVALID", "origins[0]"],
  ["another scheme", { origins: ["ws://app.example"] }, "ORIGIN_INVALID", "origins[0]"],
  ["a file", { origins: ["file:///tmp"] }, "ORIGIN_INVALID", "origins[0]"],
  ["leading white space", { origins: [" https://app.example"] }, "ORIGIN_INVALID", "origins[0]"],
  [
    "the second origin when only that is wrong",
    { origins: ["https://a.example", "b"] },
    "ORIGIN_INVALID",
    "origins[1]",
  ],
  ["plain http elsewhere", { origins: ["http://app.example"] }, "ORIGIN_INSECURE", "https://app.example"],
  [
    "plain http on a name that only looks local",
    { origins: ["http://localhost.evil.example"] },
    "ORIGIN_INSECURE",
    "session cookie",
  ],
  [
    "plain http on a private address",
    { origins: ["http://192.168.1.2"] },
    "ORIGIN_INSECURE",
    "insecureHttpOrigins",
  ],
  [
    "a truthy text for insecureHttpOrigins",
    { origins: ["https://a.example"], insecureHttpOrigins: "no" },
    "OPTION_TYPE",
    "true or false",
  ],
  ["proxy: true", { origins: ["https://a.example"], proxy: true }, "PROXY_INVALID", "hops: 1"],
  ["proxy: false", { origins: ["https://a.example"], proxy: false }, "PROXY_INVALID", "none"],
  ["proxy: null", { origins: ["https://a.example"], proxy: null }, "PROXY_INVALID", "none"],
  [
    "a number of hops as Express takes it",
    { origins: ["https://a.example"], proxy: 1 },
    "PROXY_INVALID",
    "hops",
  ],
  [
    "an address as Express takes it",
    { origins: ["https://a.example"], proxy: "10.0.0.1" },
    "PROXY_INVALID",
    "cidr",
  ],
  [
    "a function as Express takes it",
    { origins: ["https://a.example"], proxy: () => true },
    "PROXY_INVALID",
    "cidr",
  ],
  ["an empty proxy object", { origins: ["https://a.example"], proxy: {} }, "PROXY_INVALID", "cidr"],
  [
    "hops and ranges together",
    { origins: ["https://a.example"], proxy: { hops: 1, cidr: ["10.0.0.0/8"] } },
    "PROXY_INVALID",
    "cidr",
  ],
  [
    "an unknown header",
    { origins: ["https://a.example"], proxy: { hops: 1, header: "x-real-ip" } },
    "OPTION_TYPE",
    "forwarded",
  ],
  [
    "a misspelt proxy option",
    { origins: ["https://a.example"], proxy: { hops: 1, heder: "forwarded" } },
    "OPTION_UNKNOWN",
    "header",
  ],
  [
    "a redirect target with a path",
    { origins: ["https://a.example"], redirectTo: ["https://pay.example/x"] },
    "ORIGIN_INVALID",
    "redirectTo[0]",
  ],
  [
    "redirects to everywhere",
    { origins: ["https://a.example"], redirectTo: ["*"] },
    "ORIGIN_INVALID",
    "redirectTo[0]",
  ],
  ["no hops", { origins: ["https://a.example"], proxy: { hops: 0 } }, "OPTION_RANGE", "1 to 16"],
  ["endless hops", { origins: ["https://a.example"], proxy: { hops: Infinity } }, "OPTION_RANGE", "1 to 16"],
  [
    "hops that are no number",
    { origins: ["https://a.example"], proxy: { hops: Number.NaN } },
    "OPTION_RANGE",
    "NaN",
  ],
  ["hops as text", { origins: ["https://a.example"], proxy: { hops: "1" } }, "OPTION_RANGE", "1 to 16"],
  [
    "no hops value at all",
    { origins: ["https://a.example"], proxy: { hops: undefined } },
    "PROXY_INVALID",
    "undefined",
  ],
  ["no ranges", { origins: ["https://a.example"], proxy: { cidr: [] } }, "PROXY_INVALID", "[]"],
  [
    "a range as text",
    { origins: ["https://a.example"], proxy: { cidr: "10.0.0.0/8" } },
    "OPTION_TYPE",
    "array of strings",
  ],
  [
    "all of IPv4",
    { origins: ["https://a.example"], proxy: { cidr: ["0.0.0.0/0"] } },
    "PROXY_INVALID",
    "0.0.0.0/0",
  ],
  ["all of IPv6", { origins: ["https://a.example"], proxy: { cidr: ["::/0"] } }, "PROXY_INVALID", "::/0"],
  [
    "all of IPv4 with the mask written out",
    { origins: ["https://a.example"], proxy: { cidr: ["0.0.0.0/0.0.0.0"] } },
    "PROXY_INVALID",
    "0.0.0.0/0.0.0.0",
  ],
  [
    "all of IPv4 in two halves",
    { origins: ["https://a.example"], proxy: { cidr: ["0.0.0.0/1", "128.0.0.0/1"] } },
    "PROXY_INVALID",
    "/1",
  ],
  [
    "a whole half of IPv6",
    { origins: ["https://a.example"], proxy: { cidr: ["2000::/3"] } },
    "PROXY_INVALID",
    "2000::/3",
  ],
  [
    "all of IPv4 mapped into IPv6",
    { origins: ["https://a.example"], proxy: { cidr: ["::ffff:0:0/96"] } },
    "PROXY_INVALID",
    "::ffff:0:0/96",
  ],
  [
    "a range that is none",
    { origins: ["https://a.example"], proxy: { cidr: ["10.0.0.0/33"] } },
    "PROXY_INVALID",
    "10.0.0.0/33",
  ],
  [
    "a name in place of a range",
    { origins: ["https://a.example"], proxy: { cidr: ["proxy.internal"] } },
    "PROXY_INVALID",
    "proxy.internal",
  ],
  [
    "a name Express gives to ranges",
    { origins: ["https://a.example"], proxy: { cidr: ["uniquelocal"] } },
    "PROXY_INVALID",
    "uniquelocal",
  ],
];

for (const [title, input, code, says] of REFUSED) {
  test(`refuses ${title}`, () => {
    assert.throws(
      () => parseOriginOptions(input),
      (error: unknown) => error instanceof ConfigError && error.code === code && error.message.includes(says),
    );
  });
}

test("takes plain http on this machine", () => {
  for (const origin of ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080"])
    assert.equal(parseOriginOptions({ origins: [origin] }).origins[0]?.text, origin);
});

test("takes plain http elsewhere when it is asked for by its loud name", () => {
  const policy = parseOriginOptions({ origins: ["http://intranet:8080"], insecureHttpOrigins: true });
  assert.equal(policy.origins[0]?.text, "http://intranet:8080");
});

test("takes ranges, single addresses and IPv6 ranges", () => {
  const { trust } = parseOriginOptions({
    origins: ["https://a.example"],
    proxy: { cidr: ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "172.16.0.0/255.240.0.0"] },
  });
  for (const address of ["10.255.0.1", "192.0.2.1", "2001:db8:1::1", "172.31.0.1"])
    assert.equal(trust?.(address, 0), true, address);
  for (const address of ["11.0.0.1", "192.0.2.2", "2001:db9::1", "172.32.0.1", "", "unknown"])
    assert.equal(trust?.(address, 0), false, address);
});
