import assert from "node:assert/strict";
import { test } from "node:test";
import { decideFromHeaders, type CsrfFacts, type CsrfTrust, type CsrfVerdict } from "./decide.ts";

const OWN = "https://app.example";

const facts: CsrfFacts = {
  method: "POST",
  secFetchSite: undefined,
  origin: undefined,
  canonicalOrigin: OWN,
  hasCookies: true,
};

const nobody: CsrfTrust = { trustedOrigins: new Set(), allowClientsWithoutHeaders: false };
const decide = (given: Partial<CsrfFacts>, trust: Partial<CsrfTrust> = {}): CsrfVerdict =>
  decideFromHeaders({ ...facts, ...given }, { ...nobody, ...trust });

const UNSAFE = ["POST", "PUT", "PATCH", "DELETE"] as const;

/** Every Sec-Fetch-Site there is, several there are not, against every kind of Origin: the documented table. */
const TABLE: readonly [secFetchSite: string | undefined, origin: string | undefined, want: string][] = [
  // The browser says who asked: the Origin header adds nothing.
  ["same-origin", OWN, "pass same-origin"],
  ["same-origin", undefined, "pass same-origin"],
  ["same-origin", "null", "pass same-origin"],
  ["same-origin", "http://localhost:5173", "pass same-origin"],
  ["cross-site", "https://evil.example", "refuse cross-site"],
  ["cross-site", undefined, "refuse cross-site"],
  ["cross-site", "null", "refuse cross-site"],
  ["cross-site", OWN, "refuse cross-site"],
  ["same-site", "https://blog.app.example", "refuse same-site"],
  ["same-site", "http://app.example", "refuse same-site"],
  ["same-site", undefined, "refuse same-site"],
  ["same-site", OWN, "refuse same-site"],
  ["none", undefined, "undecided user-initiated"],
  ["none", "null", "undecided user-initiated"],
  ["none", OWN, "undecided user-initiated"],
  ["none", "https://evil.example", "refuse origin-mismatch"],
  // No browser sends these.
  ["", undefined, "refuse fetch-site-unknown"],
  ["", OWN, "refuse fetch-site-unknown"],
  ["Same-Origin", OWN, "refuse fetch-site-unknown"],
  ["SAME-ORIGIN", undefined, "refuse fetch-site-unknown"],
  [" same-origin", OWN, "refuse fetch-site-unknown"],
  ["same-origin ", OWN, "refuse fetch-site-unknown"],
  ["same-origin, cross-site", OWN, "refuse fetch-site-unknown"],
  ["cross-site, same-origin", OWN, "refuse fetch-site-unknown"],
  ["same-origin, same-origin", OWN, "refuse fetch-site-unknown"],
  ['"same-origin"', OWN, "refuse fetch-site-unknown"],
  ["same-origin;a=b", OWN, "refuse fetch-site-unknown"],
  ["same_origin", OWN, "refuse fetch-site-unknown"],
  ["sameorigin", OWN, "refuse fetch-site-unknown"],
  ["null", OWN, "refuse fetch-site-unknown"],
  ["undefined", OWN, "refuse fetch-site-unknown"],
  ["true", OWN, "refuse fetch-site-unknown"],
  ["same-party", OWN, "refuse fetch-site-unknown"],
  // A browser without Fetch Metadata, or a plain-http origin that is not trustworthy: the Origin decides.
  [undefined, OWN, "pass origin-matches"],
  [undefined, undefined, "undecided no-headers"],
  [undefined, "null", "undecided origin-opaque"],
  [undefined, "", "refuse origin-mismatch"],
  [undefined, "http://app.example", "refuse origin-mismatch"],
  [undefined, "https://app.example:443", "refuse origin-mismatch"],
  [undefined, "https://app.example:8443", "refuse origin-mismatch"],
  [undefined, "https://app.example/", "refuse origin-mismatch"],
  [undefined, "https://app.example/form", "refuse origin-mismatch"],
  [undefined, "https://APP.example", "refuse origin-mismatch"],
  [undefined, "HTTPS://app.example", "refuse origin-mismatch"],
  [undefined, "https://app.example.", "refuse origin-mismatch"],
  [undefined, "https://app.example.evil.example", "refuse origin-mismatch"],
  [undefined, "https://evilapp.example", "refuse origin-mismatch"],
  [undefined, "https://blog.app.example", "refuse origin-mismatch"],
  [undefined, "https://app.example@evil.example", "refuse origin-mismatch"],
  [undefined, "https://evil.example@app.example", "refuse origin-mismatch"],
  [undefined, "https://app.example, https://evil.example", "refuse origin-mismatch"],
  [undefined, "https://app.example https://evil.example", "refuse origin-mismatch"],
  [undefined, "https://app.example#", "refuse origin-mismatch"],
  [undefined, " https://app.example", "refuse origin-mismatch"],
  [undefined, "app.example", "refuse origin-mismatch"],
  [undefined, "//app.example", "refuse origin-mismatch"],
  [undefined, "https://", "refuse origin-mismatch"],
  [undefined, "https://[", "refuse origin-mismatch"],
  [undefined, "http://http://", "refuse origin-mismatch"],
  [undefined, "https://b\u00c3\u00bccher.example", "refuse origin-mismatch"],
  [undefined, "NULL", "refuse origin-mismatch"],
  [undefined, "file://", "refuse origin-mismatch"],
  [undefined, "moz-extension://2c9c1e1c", "refuse origin-mismatch"],
  [undefined, "*", "refuse origin-mismatch"],
];

for (const [secFetchSite, origin, want] of TABLE) {
  const title = `Sec-Fetch-Site ${JSON.stringify(secFetchSite ?? "-")}, Origin ${JSON.stringify(origin ?? "-")}: ${want}`;
  for (const method of UNSAFE) {
    test(`${method}, ${title}`, () => {
      const verdict = decide({ method, secFetchSite, origin });
      assert.equal(`${verdict.kind} ${verdict.because}`, want);
    });
  }
}

for (const method of ["GET", "HEAD", "OPTIONS", "QUERY"]) {
  test(`lets a cross-site ${method} pass: it changes nothing`, () => {
    const verdict = decide({ method, secFetchSite: "cross-site", origin: "https://evil.example" });
    assert.deepEqual(verdict, { kind: "pass", because: "safe-method" });
  });
}

for (const method of [
  "get",
  "Get",
  "head",
  "query",
  "options",
  "",
  "TRACE",
  "PROPFIND",
  "MKCOL",
  "LINK",
  "GETX",
  " GET",
  "QUERY ",
  "SEARCH",
]) {
  test(`gives the method ${JSON.stringify(method)} no exemption`, () => {
    const verdict = decide({ method, secFetchSite: "cross-site" });
    assert.deepEqual(verdict, { kind: "refuse", because: "cross-site" });
  });
}

test("compares with the origin the request was sent to, not with any origin of the application", () => {
  const verdict = decide({ canonicalOrigin: "https://admin.example", origin: OWN });
  assert.deepEqual(verdict, { kind: "refuse", because: "origin-mismatch" });
});

test("never matches an Origin when no canonical origin is known", () => {
  const verdict = decide({ canonicalOrigin: "", origin: "" });
  assert.equal(verdict.kind, "refuse");
});

const TRUSTED: readonly [origin: string | undefined, secFetchSite: string | undefined, want: string][] = [
  ["https://accounts.example", "cross-site", "pass trusted-origin"],
  ["https://accounts.example", "same-site", "pass trusted-origin"],
  ["https://accounts.example", undefined, "pass trusted-origin"],
  ["https://accounts.example", "none", "pass trusted-origin"],
  ["http://accounts.example", "cross-site", "refuse cross-site"],
  ["https://accounts.example:8443", "cross-site", "refuse cross-site"],
  ["https://accounts.example.evil.example", "cross-site", "refuse cross-site"],
  ["https://evil.example", "cross-site", "refuse cross-site"],
  ["https://accounts.example, https://evil.example", undefined, "refuse origin-mismatch"],
  ["null", "cross-site", "refuse cross-site"],
  ["", undefined, "refuse origin-mismatch"],
  [undefined, "cross-site", "refuse cross-site"],
  [undefined, undefined, "undecided no-headers"],
];

for (const [origin, secFetchSite, want] of TRUSTED) {
  test(`with a trusted origin, Origin ${JSON.stringify(origin ?? "-")} and Sec-Fetch-Site ${secFetchSite ?? "-"}: ${want}`, () => {
    const verdict = decide(
      { origin, secFetchSite },
      { trustedOrigins: new Set(["https://accounts.example"]) },
    );
    assert.equal(`${verdict.kind} ${verdict.because}`, want);
  });
}

const HEADERLESS: readonly [given: Partial<CsrfFacts>, want: string][] = [
  [{ hasCookies: false }, "pass not-a-browser"],
  [{ hasCookies: true }, "undecided no-headers"],
  [{ hasCookies: false, origin: "null" }, "undecided origin-opaque"],
  [{ hasCookies: false, origin: "https://evil.example" }, "refuse origin-mismatch"],
  [{ hasCookies: false, origin: "" }, "refuse origin-mismatch"],
  [{ hasCookies: false, secFetchSite: "cross-site" }, "refuse cross-site"],
  [{ hasCookies: false, secFetchSite: "same-site" }, "refuse same-site"],
  [{ hasCookies: false, secFetchSite: "none" }, "undecided user-initiated"],
  [{ hasCookies: false, secFetchSite: "" }, "refuse fetch-site-unknown"],
];

for (const [given, want] of HEADERLESS) {
  test(`where clients without headers are allowed, ${JSON.stringify(given)}: ${want}`, () => {
    const verdict = decide(given, { allowClientsWithoutHeaders: true });
    assert.equal(`${verdict.kind} ${verdict.because}`, want);
  });
}
