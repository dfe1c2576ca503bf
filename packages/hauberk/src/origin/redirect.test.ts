import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseRedirect, type RedirectRefusal } from "./redirect.ts";

const allowed = new Set(["https://app.example", "https://pay.example"]);
const base = "https://app.example/notes/7";

const GOOD = [
  "/",
  "/login?next=%2F%2Fevil.example",
  "login",
  "../",
  "?a=1",
  "#top",
  "",
  "./x",
  "/a//b",
  "https://app.example/x",
  "https://pay.example/checkout?id=1",
  "https://APP.example/",
  "https://app.example:443/",
  "/%0d%0aSet-Cookie:x",
  "/\u00e9",
  "/https://evil.example",
  "/.evil.example",
];

for (const location of GOOD) {
  test(`lets a redirect to ${JSON.stringify(location)} pass`, () => {
    assert.equal(refuseRedirect(location, base, allowed), undefined);
  });
}

const BAD: readonly [location: string, because: RedirectRefusal][] = [
  ["https://evil.example/", "other-origin"],
  ["https://app.example.evil.example/", "other-origin"],
  ["https://evilapp.example/", "other-origin"],
  ["https://app.example:8443/", "other-origin"],
  ["https://app.example./", "other-origin"],
  ["https:evil.example.", "malformed"],
  ["https:/evil.example", "malformed"],
  ["https:///evil.example", "malformed"],
  ["HTTPS://evil.example", "other-origin"],
  ["http:evil.example", "malformed"],
  ["http://app.example/", "other-origin"],
  ["https://\u2474evil.example", "other-origin"],
  ["//evil.example", "network-path"],
  ["///evil.example", "network-path"],
  ["////evil.example", "network-path"],
  ["//app.example", "network-path"],
  ["/\\evil.example", "backslash"],
  ["\\\\evil.example", "backslash"],
  ["\\/evil.example", "backslash"],
  ["https:\\\\evil.example", "backslash"],
  ["https://app.example\\@evil.example", "backslash"],
  ["http://google.com\\@apple.com", "backslash"],
  ["/\t/evil.example", "control-character"],
  ["/\n/evil.example", "control-character"],
  ["/\r\nSet-Cookie: a=b", "control-character"],
  [" https://evil.example", "control-character"],
  ["https://evil.example ", "control-character"],
  ["java\tscript:alert(1)", "control-character"],
  ["\u0000/", "control-character"],
  ["/a b", "control-character"],
  ["https://app.example@evil.example", "userinfo"],
  ["https://evil.example@app.example", "userinfo"],
  ["https://u:p@app.example", "userinfo"],
  ["javascript:alert(1)", "other-scheme"],
  ["javascript://app.example/%0aalert(1)", "other-scheme"],
  ["JaVaScRiPt:alert(1)", "other-scheme"],
  ["data:text/html,<script>alert(1)</script>", "other-scheme"],
  ["vbscript:msgbox(1)", "other-scheme"],
  ["file:///etc/passwd", "other-scheme"],
  ["ftp://app.example/", "other-scheme"],
  ["blob:https://app.example/1", "other-scheme"],
  ["about:blank", "other-scheme"],
  ["mailto:a@b.example", "other-scheme"],
  ["https://", "malformed"],
  ["https://[", "malformed"],
  ["https://a..%00b/", "malformed"],
  ["https://app.example:99999/", "malformed"],
];

for (const [location, because] of BAD) {
  test(`refuses a redirect to ${JSON.stringify(location)}: ${because}`, () => {
    assert.equal(refuseRedirect(location, base, allowed), because);
  });
}
