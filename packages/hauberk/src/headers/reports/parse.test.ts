import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parseReports, type BrowserReport } from "./parse.ts";

const ORIGIN = "https://app.example";
const NEW = "application/reports+json";
const OLD = "application/csp-report";

const violation = (body: object, url: unknown = `${ORIGIN}/notes`): string =>
  JSON.stringify([{ type: "csp-violation", age: 1, url, user_agent: "UA", body }]);
const old = (report: object): string => JSON.stringify({ "csp-report": report });

/** As Chromium sends them. */
const CHROMIUM_NEW = violation({
  blockedURL: "https://cdn.example/a.png?user=alice",
  columnNumber: 1,
  disposition: "enforce",
  documentURL: `${ORIGIN}/notes?q=secret`,
  effectiveDirective: "img-src",
  lineNumber: 3,
  originalPolicy: "default-src 'self'",
  referrer: "https://elsewhere.example/?token=1",
  sample: "alert(document.cookie)",
  sourceFile: `${ORIGIN}/notes?q=secret`,
  statusCode: 200,
});
const CHROMIUM_OLD = old({
  "document-uri": `${ORIGIN}/notes?q=secret`,
  referrer: "",
  "violated-directive": "script-src-elem",
  "effective-directive": "script-src-elem",
  "original-policy": "default-src 'self'",
  disposition: "report",
  "blocked-uri": "inline",
  "line-number": 3,
  "source-file": `${ORIGIN}/notes`,
  "status-code": 200,
  "script-sample": "alert(1)",
});

type ParseRow = readonly [name: string, type: string, text: string, want: Partial<BrowserReport>];
const reads: readonly ParseRow[] = [
  [
    "a report of the Reporting API",
    NEW,
    CHROMIUM_NEW,
    {
      type: "csp-violation",
      page: "/notes",
      rule: "img-src",
      blocked: "https://cdn.example",
      disposition: "enforce",
      source: "/notes",
      noise: false,
    },
  ],
  [
    "a report of report-uri",
    OLD,
    CHROMIUM_OLD,
    {
      type: "csp-violation",
      page: "/notes",
      rule: "script-src-elem",
      blocked: "inline",
      disposition: "report",
      noise: false,
    },
  ],
  [
    "a report that only has the old name of the directive",
    OLD,
    old({ "document-uri": `${ORIGIN}/`, "violated-directive": "img-src 'self'", "blocked-uri": "data" }),
    { rule: "img-src", blocked: "data:" },
  ],
  [
    "an id in the page's path is not kept",
    NEW,
    violation({ effectiveDirective: "img-src" }, `${ORIGIN}/users/4711/notes`),
    { page: "/users/*/notes" },
  ],
  [
    "a token in the page's path is not kept",
    NEW,
    violation({ effectiveDirective: "img-src" }, `${ORIGIN}/reset/abcdefghijklmnopqrstuvwxyz`),
    { page: "/reset/*" },
  ],
  ...[
    ["letters of both cases", "AbCdEfGhIjKlMnOp"],
    ["capitals", "KJHGFDSAPOIUYTREWQZX"],
    ["small letters", "kjhgfdsapoiuytrewqzx"],
    ["letters and dashes", "aBcD-EfGh_IjKl-MnOp"],
  ].map(([name, token]): ParseRow => [
    `a token of ${name} alone is not kept`,
    NEW,
    violation({ effectiveDirective: "img-src" }, `${ORIGIN}/reset/${token}`),
    { page: "/reset/*" },
  ]),
  [
    "words of a path are kept",
    NEW,
    violation(
      { effectiveDirective: "img-src" },
      `${ORIGIN}/README.md/userSettings/terms-of-service_old/recommendations`,
    ),
    { page: "/*/userSettings/terms-of-service_old/recommendations" },
  ],
  [
    "a data: URL is only its scheme",
    NEW,
    violation({ blockedURL: "data:text/html,<script>secret</script>" }),
    { blocked: "data:" },
  ],
  [
    "a blob: URL of another origin is only its scheme, as browsers write it",
    NEW,
    violation({ blockedURL: "blob:https://x.example/1" }),
    { blocked: "blob:" },
  ],
  [
    "a blob: URL of our own is no path of ours",
    NEW,
    violation({ blockedURL: `blob:${ORIGIN}/0f2c` }),
    { blocked: "blob:" },
  ],
  [
    "an address of a person in a path is not kept",
    NEW,
    violation({ sourceFile: `${ORIGIN}/people/ada@mail.example/x` }, `${ORIGIN}/people/ada@mail.example`),
    { page: "/people/*", source: "/people/*/x" },
  ],
  [
    "a user in a blocked URL is not kept",
    NEW,
    violation({ blockedURL: "https://alice:secret@cdn.example/a" }),
    { blocked: "https://cdn.example" },
  ],
  ["an own file is its path", NEW, violation({ blockedURL: `${ORIGIN}/app.js?v=1` }), { blocked: "/app.js" }],
  [
    "an extension's script is noise",
    NEW,
    violation({ blockedURL: "inline", sourceFile: "chrome-extension" }),
    { noise: true },
  ],
  [
    "an extension's address is noise",
    NEW,
    violation({ blockedURL: "moz-extension://1234/x.js" }),
    { noise: true, blocked: "moz-extension:" },
  ],
  [
    "Safari's hidden extension is noise",
    NEW,
    violation({ sourceFile: "webkit-masked-url://hidden/" }),
    { noise: true },
  ],
  [
    "a deprecation",
    NEW,
    JSON.stringify([{ type: "deprecation", url: `${ORIGIN}/`, body: { id: "UnloadHandler" } }]),
    { type: "deprecation", rule: "UnloadHandler" },
  ],
  [
    "a crash",
    NEW,
    JSON.stringify([{ type: "crash", url: `${ORIGIN}/`, body: { reason: "oom" } }]),
    { type: "crash", rule: "oom" },
  ],
  [
    "a permissions policy violation",
    NEW,
    JSON.stringify([
      {
        type: "permissions-policy-violation",
        url: `${ORIGIN}/`,
        body: { featureId: "camera", disposition: "enforce" },
      },
    ]),
    { rule: "camera" },
  ],
  [
    "a coep violation",
    NEW,
    JSON.stringify([
      {
        type: "coep",
        url: `${ORIGIN}/`,
        body: { blockedURL: "https://i.example/x", disposition: "reporting", type: "corp" },
      },
    ]),
    { blocked: "https://i.example", disposition: "report" },
  ],
  [
    "markup in a directive is not kept",
    NEW,
    violation({ effectiveDirective: "img-src<script>alert(1)</script>" }),
    { rule: "img-src" },
  ],
  [
    "a line break in a directive is not kept",
    NEW,
    violation({ effectiveDirective: "img-src\r\nforged" }),
    { rule: "img-src" },
  ],
  ["a directive without a word in it is empty", NEW, violation({ effectiveDirective: "<<<" }), { rule: "" }],
  [
    "a body of other types is read as empty",
    NEW,
    violation({ effectiveDirective: { a: 1 }, blockedURL: 5, sourceFile: null, disposition: [] }),
    { rule: "", blocked: "", source: "", disposition: "enforce" },
  ],
];
for (const [name, type, text, want] of reads) {
  test(`reads ${name}`, () => {
    const [report] = parseReports(type, text, ORIGIN);
    assert.ok(report !== undefined);
    assert.deepEqual({ ...report, ...want }, report);
    assert.doesNotMatch(JSON.stringify(report), /secret|alice|alert|token|UA/);
  });
}

const ignored: readonly [name: string, type: string, text: string][] = [
  ["no JSON", NEW, "csp"],
  ["nothing", NEW, ""],
  ["null", NEW, "null"],
  ["a number", NEW, "1"],
  ["an object where a list belongs", NEW, JSON.stringify({ type: "csp-violation", url: `${ORIGIN}/` })],
  ["a list where an object belongs", OLD, JSON.stringify([{ "csp-report": {} }])],
  ["an old report without its envelope", OLD, JSON.stringify({ "document-uri": `${ORIGIN}/` })],
  ["a page of another origin", NEW, violation({}, "https://evil.example/")],
  ["a page of a host that only begins with ours", NEW, violation({}, "https://app.example.evil.example/")],
  ["a page over plain http", NEW, violation({}, "http://app.example/")],
  ["a page of another port", NEW, violation({}, "https://app.example:8443/")],
  ["a page without an address", NEW, violation({}, null)],
  ["a page whose address is no text", NEW, violation({}, { href: `${ORIGIN}/` })],
  ["a page whose address is endless", NEW, violation({}, `${ORIGIN}/${"a".repeat(5000)}`)],
  ["a type that does not exist", NEW, JSON.stringify([{ type: "gossip", url: `${ORIGIN}/`, body: {} }])],
  [
    "a prototype's name as a type",
    NEW,
    JSON.stringify([{ type: "constructor", url: `${ORIGIN}/`, body: {} }]),
  ],
  ["a report that is a list", NEW, JSON.stringify([[CHROMIUM_NEW]])],
  ["a lone surrogate in an address", NEW, violation({}, "\ud800")],
];
for (const [name, type, text] of ignored) {
  test(`takes ${name} for no report`, () => assert.deepEqual(parseReports(type, text, ORIGIN), []));
}

test("takes no report at all before the origin is known", () => {
  assert.deepEqual(parseReports(NEW, CHROMIUM_NEW, ""), []);
});

test("reads no more than a browser sends at once", () => {
  const many = JSON.stringify(Array.from({ length: 1000 }, () => JSON.parse(CHROMIUM_NEW)[0] as unknown));
  assert.equal(parseReports(NEW, many, ORIGIN).length, 20);
});

test("keeps every field short, whatever was sent", () => {
  const long = "a".repeat(4000);
  const text = violation({
    effectiveDirective: long,
    blockedURL: `https://${"a.".repeat(900)}example/`,
    sourceFile: long,
  });
  const [report] = parseReports(NEW, text, ORIGIN);
  for (const value of Object.values(report ?? {})) assert.ok(String(value).length <= 512);
});

const large = (at: number): string =>
  JSON.stringify({
    "csp-report": {
      "document-uri": `${ORIGIN}/notes-${"p".repeat(3000)}`,
      "effective-directive": `script-src-elem${at} ${"y".repeat(50_000)}`,
      "blocked-uri": `https://cdn${at}.example/${"z".repeat(3000)}`,
      "source-file": `chrome-extension://${"q".repeat(3000)}`,
    },
  });

test("keeps of a report of 64 KB no more than what it says", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const kept: BrowserReport[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 100; at += 1) kept.push(...parseReports(OLD, large(at), ORIGIN));
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / 100;
  assert.equal(kept.length, 100);
  assert.ok(bytes < 2000, `${bytes} bytes a report`);
});
