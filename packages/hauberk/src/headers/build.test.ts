import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { buildHeaders } from "./build.ts";

const header = (options: unknown, name: string): string | undefined =>
  buildHeaders(options).common.find(([each]) => each === name)?.[1];

test("the default set is the OWASP Secure Headers Project's, as far as it does not depend on the request", () => {
  const policy = buildHeaders(undefined);
  const { "Permissions-Policy": permissions, ...rest } = Object.fromEntries(policy.common);
  assert.deepEqual(rest, {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
  });
  assert.match(permissions ?? "", /camera=\(\).*geolocation=\(\).*microphone=\(\)/);
  assert.equal(policy.hsts.value, "max-age=63072000; includeSubDomains");
});

test("HSTS and upgrade-insecure-requests belong to https alone", () => {
  const { prepared, csp, staticCsp } = buildHeaders(undefined);
  assert.ok(prepared.https.keys.has("strict-transport-security"));
  assert.ok(!prepared.http.keys.has("strict-transport-security"));
  for (const each of [csp.http.join(""), staticCsp.http]) assert.doesNotMatch(each, /upgrade/);
  for (const each of [csp.https.join(""), staticCsp.https])
    assert.match(each, /; upgrade-insecure-requests$/);
});

test("the policy is cut where the nonce goes, quotes included", () => {
  const [start, middle] = buildHeaders(undefined).csp.http;
  assert.equal(start, "default-src 'self'; script-src 'self' 'nonce-");
  assert.equal(middle, "' 'strict-dynamic'; style-src 'self' 'nonce-");
});

test("the policy of cacheable answers has no nonce and does not forbid the app's own scripts", () => {
  const { staticCsp } = buildHeaders(undefined);
  assert.match(staticCsp.http, /script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(staticCsp.http, /nonce|strict-dynamic/);
});

const values: readonly [name: string, options: object, header: string, want: string | undefined][] = [
  [
    "framing by the app itself is said to old browsers too",
    { csp: { replace: { "frame-ancestors": ["'self'"] } } },
    "X-Frame-Options",
    "SAMEORIGIN",
  ],
  [
    "framing by a named host has no old form that would not contradict",
    { csp: { replace: { "frame-ancestors": ["https://a.example"] } } },
    "X-Frame-Options",
    undefined,
  ],
  [
    "a policy that names a host for images turns embedding protection off",
    { csp: { add: { "img-src": ["https://i.example"] } } },
    "Cross-Origin-Embedder-Policy",
    undefined,
  ],
  [
    "a policy that names a host for requests leaves it on",
    { csp: { add: { "connect-src": ["https://a.example"] } } },
    "Cross-Origin-Embedder-Policy",
    "require-corp",
  ],
  [
    "a policy that names a host to post forms to leaves it on",
    { csp: { add: { "form-action": ["https://a.example"] } } },
    "Cross-Origin-Embedder-Policy",
    "require-corp",
  ],
  [
    "embedding protection can be kept beside a host",
    { csp: { add: { "img-src": ["https://i.example"] } }, crossOriginIsolation: true },
    "Cross-Origin-Embedder-Policy",
    "require-corp",
  ],
  [
    "embedding protection can be switched off",
    { crossOriginIsolation: false },
    "Cross-Origin-Embedder-Policy",
    undefined,
  ],
  [
    "helmet's options are helmet's",
    { helmet: { referrerPolicy: { policy: "same-origin" } } },
    "Referrer-Policy",
    "same-origin",
  ],
  [
    "helmet's option switches a header off",
    { helmet: { crossOriginResourcePolicy: false } },
    "Cross-Origin-Resource-Policy",
    undefined,
  ],
  ["helmet's old names are accepted", { helmet: { noSniff: false } }, "X-Content-Type-Options", undefined],
  [
    "a header for browsers out of support is sent to those who ask",
    { helmet: { xXssProtection: true } },
    "X-XSS-Protection",
    "0",
  ],
  [
    "a header for browsers out of support is sent under its old option name",
    { helmet: { ieNoOpen: true } },
    "X-Download-Options",
    "noopen",
  ],
  ["a header for browsers out of support is not sent otherwise", {}, "X-XSS-Protection", undefined],
  [
    "helmet's COEP is ours",
    { helmet: { crossOriginEmbedderPolicy: false } },
    "Cross-Origin-Embedder-Policy",
    undefined,
  ],
  [
    "helmet's COEP by name is ours",
    {
      csp: { add: { "img-src": ["https://i.example"] } },
      helmet: { crossOriginEmbedderPolicy: { policy: "require-corp" } },
    },
    "Cross-Origin-Embedder-Policy",
    "require-corp",
  ],
  [
    "helmet's frame option becomes frame-ancestors and stays X-Frame-Options",
    { helmet: { frameguard: { action: "SAMEORIGIN" } } },
    "X-Frame-Options",
    "SAMEORIGIN",
  ],
];
for (const [name, options, of, want] of values) {
  test(name, () => assert.equal(header(options, of), want));
}

test("a feature is allowed for the app itself and all others stay off", () => {
  const value =
    header({ permissions: { camera: "self", "storage-access": "self" } }, "Permissions-Policy") ?? "";
  const features = value.split(", ");
  assert.ok(features.includes("camera=(self)"));
  assert.ok(features.includes("storage-access=(self)"));
  assert.ok(features.includes("microphone=()"));
  assert.equal(new Set(features.map((each) => each.split("=")[0])).size, features.length);
});

const real = [
  ["Chromium's beside one of nearly its name", "digital-credentials-create"],
  ["the W3C's list, of which browsers have the plural", "identity-credential-get"],
  ["a browser of two years ago", "window-placement"],
  ["a client hint, with digits", "ch-ua-wow64"],
  ["a proposal of a word", "push"],
] as const;
for (const [whose, feature] of real) {
  test(`a feature of ${whose} may be allowed`, () => {
    const value = header({ permissions: { [feature]: "self" } }, "Permissions-Policy") ?? "";
    assert.ok(value.split(", ").includes(`${feature}=(self)`));
  });
}

test("a new feature that looks like a misspelling may be allowed by saying so", () => {
  const value = header({ permissions: { "camera-2": "self-unchecked" } }, "Permissions-Policy") ?? "";
  assert.ok(value.split(", ").includes("camera-2=(self)"));
  assert.ok(value.split(", ").includes("camera=()"));
});

const hsts: readonly [name: string, options: object, want: string][] = [
  ["a day", { maxAgeSeconds: 86_400 }, "max-age=86400; includeSubDomains"],
  ["this host only", { includeSubDomains: false }, "max-age=63072000"],
  ["preload", { preload: true }, "max-age=63072000; includeSubDomains; preload"],
  ["taking it back", { maxAgeSeconds: 0 }, "max-age=0; includeSubDomains"],
  ["the first step of the ramp", { step: "five-minutes" }, "max-age=300; includeSubDomains"],
  ["the second step", { step: "one-day" }, "max-age=86400; includeSubDomains"],
  ["the third step", { step: "one-year" }, "max-age=31536000; includeSubDomains"],
  ["the last step", { step: "preload" }, "max-age=63072000; includeSubDomains; preload"],
  ["a step of this host only", { step: "one-day", includeSubDomains: false }, "max-age=86400"],
];
for (const [name, options, want] of hsts) {
  test(`HSTS for ${name}`, () => assert.equal(buildHeaders({ hsts: options }).hsts.value, want));
}

test("helmet's own words for HSTS and the policy are understood", () => {
  const policy = buildHeaders({
    helmet: {
      hsts: { maxAge: 86_400, includeSubDomains: false },
      contentSecurityPolicy: {
        directives: {
          imgSrc: ["'self'", "https://i.example"],
          "font-src": "data:",
          upgradeInsecureRequests: [],
        },
      },
    },
  });
  assert.equal(policy.hsts.value, "max-age=86400");
  assert.match(policy.staticCsp.http, /img-src 'self' https:\/\/i\.example;.*font-src data:/);
  assert.match(policy.csp.http.join(""), /script-src 'self' 'nonce-.*'strict-dynamic'/);
});

const refused: readonly [name: string, options: unknown, code: string, message?: RegExp][] = [
  ["an option that is not one", { cps: {} }, "OPTION_UNKNOWN", /did you mean "csp"/],
  ["false, which would switch everything off", false, "OPTIONS_INVALID"],
  ["a step of HSTS that is not one", { hsts: { step: "one-week" } }, "OPTION_TYPE", /five-minutes/],
  ["a step by an inherited name", { hsts: { step: "constructor" } }, "OPTION_TYPE"],
  ["a step as a number", { hsts: { step: 300 } }, "OPTION_TYPE"],
  [
    "a step beside an age",
    { hsts: { step: "one-day", maxAgeSeconds: 1 } },
    "HEADERS_CONFLICT",
    /maxAgeSeconds/,
  ],
  ["a step beside preload", { hsts: { step: "one-day", preload: true } }, "HEADERS_CONFLICT", /preload/],
  [
    "the last step for this host only, which the list refuses",
    { hsts: { step: "preload", includeSubDomains: false } },
    "HSTS_PRELOAD_UNMET",
  ],
  [
    "helmet's CSP beside ours",
    { csp: {}, helmet: { contentSecurityPolicy: {} } },
    "HEADERS_CONFLICT",
    /headers\.csp/,
  ],
  [
    "helmet's CSP in report-only, which has an option of its own",
    { helmet: { contentSecurityPolicy: { reportOnly: true } } },
    "HEADERS_CONFLICT",
    /cspCandidate/,
  ],
  [
    "helmet's CSP without defaults",
    { helmet: { contentSecurityPolicy: { useDefaults: false, directives: {} } } },
    "HEADERS_CONFLICT",
    /replace/,
  ],
  [
    "helmet's recipe for a nonce",
    { helmet: { contentSecurityPolicy: { directives: { scriptSrc: ["'self'", () => "'nonce-x'"] } } } },
    "OPTION_TYPE",
    /'nonce'/,
  ],
  [
    "helmet's default for styles",
    { helmet: { contentSecurityPolicy: { directives: { "style-src": "'self' 'unsafe-inline'" } } } },
    "CSP_INVALID",
  ],
  [
    "a misspelt directive of helmet's",
    { helmet: { contentSecurityPolicy: { directives: { imageSrc: [] } } } },
    "CSP_INVALID",
    /img-src/,
  ],
  ["helmet's CSP switched off", { helmet: { contentSecurityPolicy: false } }, "HEADERS_CONFLICT"],
  [
    "helmet's HSTS beside ours",
    { hsts: {}, helmet: { strictTransportSecurity: { maxAge: 1 } } },
    "HEADERS_CONFLICT",
    /headers\.hsts/,
  ],
  [
    "helmet's HSTS under both its names",
    { helmet: { hsts: {}, strictTransportSecurity: {} } },
    "HEADERS_CONFLICT",
  ],
  ["helmet's HSTS switched off", { helmet: { hsts: false } }, "HEADERS_CONFLICT", /five-minutes/],
  [
    "helmet's preload without what the list demands",
    { helmet: { hsts: { maxAge: 86_400, preload: true } } },
    "HSTS_PRELOAD_UNMET",
  ],
  [
    "helmet's frame option beside frame-ancestors",
    { csp: {}, helmet: { frameguard: { action: "sameorigin" } } },
    "HEADERS_CONFLICT",
    /headers\.csp/,
  ],
  [
    "helmet's frame option switched off",
    { helmet: { frameguard: false } },
    "HEADERS_CONFLICT",
    /frame-ancestors/,
  ],
  ["a frame option no browser knows", { helmet: { frameguard: { action: "allow-from" } } }, "OPTION_TYPE"],
  [
    "helmet's COEP beside ours",
    { crossOriginIsolation: true, helmet: { crossOriginEmbedderPolicy: true } },
    "HEADERS_CONFLICT",
  ],
  [
    "a COEP that is not built here",
    { helmet: { crossOriginEmbedderPolicy: { policy: "credentialless" } } },
    "OPTION_TYPE",
  ],
  ["keeping X-Powered-By", { helmet: { xPoweredBy: false } }, "HEADERS_CONFLICT"],
  [
    "a misspelt option of helmet, which helmet would ignore",
    { helmet: { referrerPolice: {} } },
    "OPTION_UNKNOWN",
    /did you mean "referrerPolicy"/,
  ],
  [
    "a value helmet refuses",
    { helmet: { referrerPolicy: { policy: "some" } } },
    "OPTION_TYPE",
    /refused by helmet/,
  ],
  [
    "two names for one option of helmet",
    { helmet: { noSniff: true, xContentTypeOptions: true } },
    "OPTION_TYPE",
    /refused by helmet/,
  ],
  ["helmet options that are a function", { helmet: () => undefined }, "OPTIONS_INVALID"],
  ["a feature for everybody", { permissions: { camera: "*" } }, "OPTION_TYPE"],
  ["a feature as true", { permissions: { camera: true } }, "OPTION_TYPE"],
  ["a feature with a separator in its name", { permissions: { "camera=*, usb": "self" } }, "OPTION_TYPE"],
  ["a feature with a line break in its name", { permissions: { "camera\r\nX-Evil": "self" } }, "OPTION_TYPE"],
  [
    "a misspelt feature",
    { permissions: { geolocaton: "self" } },
    "OPTION_UNKNOWN",
    /"geolocation".*"self-unchecked"/,
  ],
  [
    "a separator in a feature that is not checked",
    { permissions: { "a=*, usb": "self-unchecked" } },
    "OPTION_TYPE",
  ],
  ["a feature in the plural", { permissions: { cameras: "self" } }, "OPTION_UNKNOWN"],
  ["features as a list", { permissions: ["camera"] }, "OPTION_TYPE"],
  ["a negative age", { hsts: { maxAgeSeconds: -1 } }, "OPTION_RANGE"],
  ["an age in text", { hsts: { maxAgeSeconds: "31536000" } }, "OPTION_RANGE"],
  ["an age of NaN", { hsts: { maxAgeSeconds: Number.NaN } }, "OPTION_RANGE"],
  ["an age beyond two years", { hsts: { maxAgeSeconds: 63_072_001 } }, "OPTION_RANGE"],
  ["helmet's name for the age", { hsts: { maxAge: 1 } }, "OPTION_UNKNOWN", /maxAgeSeconds/],
  ["preload as text", { hsts: { preload: "yes" } }, "OPTION_TYPE"],
  [
    "preload of one host only, which the list refuses",
    { hsts: { preload: true, includeSubDomains: false } },
    "HSTS_PRELOAD_UNMET",
    /includeSubDomains/,
  ],
  [
    "preload for less than a year, which the list refuses",
    { hsts: { preload: true, maxAgeSeconds: 86_400 } },
    "HSTS_PRELOAD_UNMET",
    /31536000|year/,
  ],
  ["isolation as text", { crossOriginIsolation: "credentialless" }, "OPTION_TYPE"],
];
for (const [name, options, code, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => buildHeaders(options),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.equal(error.code, code);
        if (message !== undefined) assert.match(error.message, message);
        return true;
      },
    );
  });
}
