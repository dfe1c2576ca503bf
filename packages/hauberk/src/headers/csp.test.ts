import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { buildCsp, DEFAULT_CSP, printCsp } from "./csp.ts";

/** One directive of a policy, or undefined. */
function directive(options: unknown, name: string): string | undefined {
  const text = printCsp(buildCsp(options, "headers()"));
  return text.split("; ").find((each) => each.split(" ")[0] === name);
}

test("the default trusts this answer's nonce and nothing else", () => {
  assert.equal(
    printCsp(buildCsp(undefined, "headers()")),
    "default-src 'self'; script-src 'self' 'nonce' 'strict-dynamic'; style-src 'self' 'nonce'; img-src 'self' data:; " +
      "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  );
});

const merges: readonly [name: string, options: object, directive: string, want: string | undefined][] = [
  [
    "add puts a source behind the default ones",
    { add: { "img-src": ["https://i.example"] } },
    "img-src",
    "img-src 'self' data: https://i.example",
  ],
  [
    "add does not repeat a source",
    { add: { "img-src": ["data:", "data:"] } },
    "img-src",
    "img-src 'self' data:",
  ],
  [
    "add to a directive that falls back keeps what it fell back to",
    { add: { "connect-src": ["https://a.example"] } },
    "connect-src",
    "connect-src 'self' https://a.example",
  ],
  ["add replaces 'none'", { add: { "object-src": ["'self'"] } }, "object-src", "object-src 'self'"],
  [
    "add to script-src-elem keeps the nonce of script-src",
    { add: { "script-src-elem": ["'sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY='"] } },
    "script-src-elem",
    "script-src-elem 'self' 'nonce' 'strict-dynamic' 'sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY='",
  ],
  [
    "add to style-src-attr keeps what style-src has",
    { add: { "style-src-attr": ["'report-sample'"] } },
    "style-src-attr",
    "style-src-attr 'self' 'nonce' 'report-sample'",
  ],
  [
    "add to frame-src falls back to child-src",
    { replace: { "child-src": ["https://c.example"] }, add: { "frame-src": ["https://f.example"] } },
    "frame-src",
    "frame-src https://c.example https://f.example",
  ],
  ["the strictest sandbox has no words", { replace: { sandbox: [] } }, "sandbox", "sandbox"],
  [
    "add to sandbox takes nothing over",
    { add: { sandbox: ["allow-forms"] } },
    "sandbox",
    "sandbox allow-forms",
  ],
  [
    "add to trusted-types takes nothing over",
    { add: { "trusted-types": ["default"] } },
    "trusted-types",
    "trusted-types default",
  ],
  [
    "add to require-trusted-types-for takes nothing over",
    { add: { "require-trusted-types-for": ["'script'"] } },
    "require-trusted-types-for",
    "require-trusted-types-for 'script'",
  ],
  [
    "add to form-action keeps its own sources",
    { add: { "form-action": ["https://pay.example"] } },
    "form-action",
    "form-action 'self' https://pay.example",
  ],
  ["remove takes a source away", { remove: { "img-src": ["data:"] } }, "img-src", "img-src 'self'"],
  [
    "remove of the last source forbids everything",
    { remove: { "img-src": ["data:", "'self'"] } },
    "img-src",
    "img-src 'none'",
  ],
  [
    "remove after add of the same source is the last word",
    { add: { "img-src": ["https://i.example"] }, remove: { "img-src": ["https://i.example"] } },
    "img-src",
    "img-src 'self' data:",
  ],
  [
    "replace gives a directive anew",
    { replace: { "img-src": ["https://i.example"] } },
    "img-src",
    "img-src https://i.example",
  ],
  ["replace with no source forbids everything", { replace: { "img-src": [] } }, "img-src", "img-src 'none'"],
  [
    "replace leaves the other directives alone",
    { replace: { "img-src": ["'self'"] } },
    "object-src",
    "object-src 'none'",
  ],
  ["upgrade-insecure-requests is not for plain http", {}, "upgrade-insecure-requests", undefined],
];
for (const [name, options, of, want] of merges) {
  test(name, () => assert.equal(directive(options, of), want));
}

const goodSources: readonly [directive: string, source: string][] = [
  ["img-src", "https://cdn.example"],
  ["img-src", "https://cdn.example:8443"],
  ["img-src", "https://cdn.example:*"],
  ["img-src", "https://*.cdn.example"],
  ["img-src", "https://cdn.example/images/"],
  ["img-src", "cdn.example"],
  ["img-src", "localhost:3000"],
  ["img-src", "[::1]:3000"],
  ["img-src", "https:"],
  ["img-src", "*"],
  ["img-src", "blob:"],
  ["connect-src", "wss://live.example"],
  ["script-src", "'wasm-unsafe-eval'"],
  ["script-src", "'trusted-types-eval'"],
  ["script-src", "'report-sha256'"],
  ["script-src", "https://*.cdn.example"],
  ["script-src", "https://*.localhost:3000"],
  ["style-src", "https://fonts.example"],
  ["script-src", "https://cdn.example/lib.js"],
  ["script-src", "'sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY='"],
  ["style-src", "'nonce'"],
  ["sandbox", "allow-scripts"],
  ["trusted-types", "dompurify"],
  ["trusted-types", "'allow-duplicates'"],
];
for (const [name, source] of goodSources) {
  test(`accepts ${source} in ${name}`, () => {
    assert.ok(directive({ add: { [name]: [source] } }, name)?.includes(source));
  });
}

const bad: readonly [name: string, options: unknown, message: RegExp][] = [
  [
    "a directive that does not exist",
    { add: { "image-src": ["'self'"] } },
    /"image-src".*img-src|did you mean/s,
  ],
  ["a directive in camel case", { add: { imgSrc: ["'self'"] } }, /did you mean "img-src"/],
  ["a directive in upper case", { add: { "IMG-SRC": ["'self'"] } }, /did you mean "img-src"/],
  ["a directive with a separator in it", { add: { "img-src; script-src": ["*"] } }, /is not a directive/],
  ["a prototype's name as a directive", { add: { constructor: ["*"] } }, /is not a directive/],
  ["a string of sources", { add: { "img-src": "'self'" } }, /use an array/],
  ["an object of sources", { add: { "img-src": { 0: "'self'" } } }, /use an array/],
  ["true for a directive", { add: { "img-src": true } }, /use an array/],
  ["two sources in one string", { add: { "img-src": ["'self' https://a.example"] } }, /one source/],
  [
    "a semicolon that begins another directive",
    { add: { "img-src": ["'self';script-src *"] } },
    /one source/,
  ],
  ["a comma that begins another policy", { add: { "img-src": ["'self',script-src"] } }, /one source/],
  ["a line break", { add: { "img-src": ["'self'\r\nX-Evil: 1"] } }, /one source/],
  ["a character beyond ASCII", { add: { "img-src": ["https://ex\u00e4mple.org"] } }, /one source/],
  ["an empty source", { add: { "img-src": [""] } }, /one source/],
  ["a number", { add: { "img-src": [1] } }, /one source/],
  ["undefined, as an unset variable gives", { add: { "img-src": [undefined] } }, /one source/],
  [
    "'unsafe-inline' for scripts",
    { add: { "script-src": ["'unsafe-inline'"] } },
    /switches the protection off/,
  ],
  [
    "'unsafe-inline' for styles",
    { replace: { "style-src": ["'unsafe-inline'"] } },
    /switches the protection off/,
  ],
  [
    "'unsafe-inline' in another case",
    { add: { "script-src": ["'UNSAFE-inline'"] } },
    /switches the protection off/,
  ],
  [
    "'unsafe-inline' without its quotes",
    { add: { "script-src": ["unsafe-inline"] } },
    /switches the protection off/,
  ],
  ["'unsafe-eval'", { add: { "script-src": ["'unsafe-eval'"] } }, /switches the protection off/],
  ["a keyword without its quotes", { add: { "img-src": ["self"] } }, /write "'self'"/],
  ["strict-dynamic without its quotes", { add: { "script-src": ["strict-dynamic"] } }, /lacks its quotes/],
  [
    "a hash without its quotes",
    { add: { "script-src": ["sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY="] } },
    /lacks its quotes/,
  ],
  ["a keyword with half its quotes", { add: { "img-src": ["'self"] } }, /lacks its quotes/],
  ["a keyword that does not exist", { add: { "img-src": ["'sefl'"] } }, /not a keyword/],
  ["double quotes", { add: { "img-src": ['"self"'] } }, /is not a source/],
  ["a fixed nonce, which everybody would know", { add: { "script-src": ["'nonce-abc123'"] } }, /fixed nonce/],
  ["a hash that is none", { add: { "script-src": ["'sha256-abc'"] } }, /not a hash/],
  [
    "a hash of the wrong length",
    { add: { "script-src": ["'sha384-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY='"] } },
    /not a hash/,
  ],
  [
    "'none' beside other sources",
    { replace: { "img-src": ["'none'", "https://a.example"] } },
    /'none' beside/,
  ],
  ["'none' added to sources", { add: { "img-src": ["'none'"] } }, /'none' beside/],
  ["scripts from anywhere", { add: { "script-src": ["*"] } }, /scripts? of anybody/],
  ["scripts from any https host", { add: { "script-src": ["https:"] } }, /scripts? of anybody/],
  ["scripts in data: URLs", { add: { "script-src": ["data:"] } }, /scripts? of anybody/],
  ["scripts in blob: URLs", { add: { "script-src-elem": ["blob:"] } }, /scripts? of anybody/],
  ["plug-ins from anywhere", { replace: { "object-src": ["*"] } }, /scripts? of anybody/],
  ["a base from anywhere", { replace: { "base-uri": ["https:"] } }, /scripts? of anybody/],
  ["everything from anywhere", { replace: { "default-src": ["*"] } }, /scripts? of anybody/],
  [
    "a base from anywhere, which ws: stands for as well",
    { replace: { "base-uri": ["ws://*"] } },
    /scripts? of anybody/,
  ],
  ["scripts from anywhere by wss:", { add: { "script-src": ["wss://*:443"] } }, /scripts? of anybody/],
  ["scripts of every name below .com", { add: { "script-src": ["*.com"] } }, /scripts? of anybody/],
  [
    "scripts of a top level with a port",
    { add: { "script-src": ["https://*.dev:*"] } },
    /scripts? of anybody/,
  ],
  ["a quote that is not closed", { add: { "script-src": ["'sel"] } }, /not a source/],
  ["a quote alone", { add: { "script-src": ["'"] } }, /not a source/],
  ["a keyword with something behind it", { add: { "script-src": ["'unsafe-inline'x"] } }, /not a source/],
  ["styles in data: URLs", { add: { "style-src": ["data:"] } }, /styles? of anybody/],
  ["styles in blob: URLs", { replace: { "style-src-elem": ["BLOB:"] } }, /styles? of anybody/],
  ["a whole public suffix of hosts", { add: { "script-src": ["https://*"] } }, /scripts? of anybody/],
  ["a host with one slash", { add: { "img-src": ["https:/cdn.example"] } }, /is not a source/],
  ["a host with a query", { add: { "img-src": ["https://cdn.example/?a=1"] } }, /is not a source/],
  ["a host with a user", { add: { "img-src": ["https://me@cdn.example"] } }, /is not a source/],
  ["a wildcard inside a host", { add: { "img-src": ["https://cdn.*.example"] } }, /is not a source/],
  ["a port that is no number", { add: { "img-src": ["https://cdn.example:https"] } }, /is not a source/],
  [
    "a removal that takes nothing away",
    { remove: { "img-src": ["https://nowhere.example"] } },
    /takes nothing away/,
  ],
  [
    "a removal from a directive that is not there",
    { remove: { "font-src": ["'self'"] } },
    /takes nothing away/,
  ],
  [
    "a directive that is replaced and also removed whole",
    { remove: { "media-src": [] } },
    /takes nothing away/,
  ],
  ["workers of anybody by way of frames", { add: { "child-src": ["blob:"] } }, /script of anybody/],
  [
    "nothing for require-trusted-types-for, which would switch it off",
    { replace: { "require-trusted-types-for": [] } },
    /require-trusted-types-for/,
  ],
  ["sandbox words that do not exist", { add: { sandbox: ["allow-everything"] } }, /sandbox/],
  [
    "a Trusted Types sink group that does not exist",
    { add: { "require-trusted-types-for": ["'style'"] } },
    /require-trusted-types-for/,
  ],
  ["report-to, which is set from the collector", { add: { "report-to": ["mine"] } }, /is not a directive/],
];
for (const [name, options, message] of bad) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => buildCsp(options, "headers()"),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.equal(error.code, "CSP_INVALID");
        assert.match(error.message, message);
        assert.match(error.message, /^\[CSP_INVALID\] headers\(\): csp\.(?:add|remove|replace)/);
        return true;
      },
    );
  });
}

const badShapes: readonly [name: string, options: unknown, code: string][] = [
  ["an option that is not one", { append: {} }, "OPTION_UNKNOWN"],
  ["helmet's directives", { directives: {} }, "OPTION_UNKNOWN"],
  ["a policy as text", "default-src 'self'", "OPTIONS_INVALID"],
  ["false", false, "OPTIONS_INVALID"],
  ["null", null, "OPTIONS_INVALID"],
  ["an array to add", { add: [] }, "OPTION_TYPE"],
];
for (const [name, options, code] of badShapes) {
  test(`refuses ${name} as csp options`, () => {
    assert.throws(() => buildCsp(options, "headers()"), { code });
  });
}

test("no default directive lets anybody in", () => {
  for (const sources of Object.values(DEFAULT_CSP))
    for (const source of sources) assert.doesNotMatch(source, /unsafe|^\*$|^https?:$/);
});
