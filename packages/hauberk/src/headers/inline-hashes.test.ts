import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { buildCsp, type CspDirectives } from "./csp.ts";
import { inlineHashes } from "./inline-hashes.ts";
import { cpuMillis } from "../../../../test/support/cpu-time.ts";

const sha = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const rows: readonly [name: string, html: string, want: CspDirectives][] = [
  ["a script", "<script>go()</script>", { "script-src": [sha("go()")] }],
  ["a style", "<STYLE media='print'>a{}</STYLE >", { "style-src": [sha("a{}")] }],
  [
    "both, twice the same",
    "<style>a</style><script>b</script><script>b</script>",
    {
      "style-src": [sha("a")],
      "script-src": [sha("b")],
    },
  ],
  ["a script with markup in a text", '<script>x = "<p>"</script>', { "script-src": [sha('x = "<p>"')] }],
  ["an attribute that holds an end", '<script data-a="x>y">go()</script>', { "script-src": [sha("go()")] }],
  [
    "line breaks of Windows, which browsers turn into LF",
    "<script>a\r\nb\rc</script>",
    {
      "script-src": [sha("a\nb\nc")],
    },
  ],
  ["white space, which counts", "<script> a </script>", { "script-src": [sha(" a ")] }],
  ["a module", '<script type="module">import "/a.js"</script>', { "script-src": [sha('import "/a.js"')] }],
  ["a script file", '<script src="/app.js"></script>', {}],
  ["a script file with a text, which does not run", "<script async SRC=/app.js>go()</script>", {}],
  ["a name that only ends in src", '<script data-src="x">go()</script>', { "script-src": [sha("go()")] }],
  ["a script in a comment", "<!-- <script>go()</script> -->", {}],
  ["another element", "<scripts>go()</scripts><styles>a</styles>", {}],
  ["an empty one", "<script></script>", {}],
  ["one that never ends", "<script>go()", {}],
];
for (const [name, html, want] of rows) {
  test(`hashes of ${name}`, () => {
    assert.deepEqual(inlineHashes(html), want);
    assert.doesNotThrow(() => buildCsp({ add: inlineHashes(html) }, "csp()"));
  });
}

test("100,000 openings without an end take no time to speak of", () => {
  const spent = cpuMillis(() => {
    inlineHashes("<script ".repeat(100_000));
    inlineHashes("<!--".repeat(100_000));
    inlineHashes("<script>".repeat(100_000));
    inlineHashes("<script>a</script>".repeat(20_000));
  });
  assert.ok(spent < 2000);
});
