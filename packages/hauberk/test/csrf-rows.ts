import type { CsrfFacts, CsrfTrust } from "../src/csrf/decide.ts";

export const OWN = "https://app.example";

/** What arrives, and what of the policy differs from the default; everything else as in `FACTS` and `TRUST`. */
interface CsrfGiven {
  readonly method?: string;
  readonly secFetchSite?: string | undefined;
  readonly origin?: string | undefined;
  readonly canonicalOrigin?: string;
  readonly hasCookies?: boolean;
  readonly trusted?: readonly string[];
  readonly allowClientsWithoutHeaders?: boolean;
}

/** One line of the documented table. Two lines with the same facts are a mistake: a test looks for them. */
export interface CsrfRow {
  readonly group: string;
  readonly given: CsrfGiven;
  /** The kind of the verdict and its reason, as `refuse cross-site`. */
  readonly want: string;
}

/** A form sent with POST by a browser that has a cookie and says nothing else. */
export const FACTS: CsrfFacts = {
  method: "POST",
  secFetchSite: undefined,
  origin: undefined,
  canonicalOrigin: OWN,
  hasCookies: true,
};

export function trustOf({ trusted = [], allowClientsWithoutHeaders = false }: CsrfGiven): CsrfTrust {
  return { trustedOrigins: new Set(trusted), allowClientsWithoutHeaders };
}

type Headers = readonly [secFetchSite: string | undefined, origin: string | undefined, want: string];

/** Every Sec-Fetch-Site there is, several there are not, against every kind of Origin. */
const BY_HEADERS: readonly Headers[] = [
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

const TRUSTED = ["https://accounts.example"];

/** Pages of another origin that the application trusts, such as a sign-in service that answers with a form. */
const BY_TRUST: readonly Headers[] = [
  ["cross-site", "https://accounts.example", "pass trusted-origin"],
  ["same-site", "https://accounts.example", "pass trusted-origin"],
  [undefined, "https://accounts.example", "pass trusted-origin"],
  ["none", "https://accounts.example", "pass trusted-origin"],
  ["same-origin", "https://accounts.example", "pass trusted-origin"],
  ["cross-site", "http://accounts.example", "refuse cross-site"],
  ["cross-site", "https://accounts.example:8443", "refuse cross-site"],
  ["cross-site", "https://accounts.example.evil.example", "refuse cross-site"],
  ["cross-site", "https://evil.example", "refuse cross-site"],
  ["cross-site", "https://ACCOUNTS.example", "refuse cross-site"],
  ["cross-site", "https://accounts.example/", "refuse cross-site"],
  ["same-site", "https://evil.accounts.example", "refuse same-site"],
  [undefined, "https://accounts.example, https://evil.example", "refuse origin-mismatch"],
  [undefined, "http://accounts.example", "refuse origin-mismatch"],
  ["cross-site", "null", "refuse cross-site"],
  [undefined, "null", "undecided origin-opaque"],
  [undefined, "", "refuse origin-mismatch"],
  ["cross-site", undefined, "refuse cross-site"],
  [undefined, undefined, "undecided no-headers"],
  [undefined, OWN, "pass origin-matches"],
];

/** What is safe to repeat; methods are case-sensitive (RFC 9110 section 9.1), and an unknown one changes state. */
const BY_METHOD: readonly (readonly [method: string, want: string])[] = [
  ["GET", "pass safe-method"],
  ["HEAD", "pass safe-method"],
  ["OPTIONS", "pass safe-method"],
  ["QUERY", "pass safe-method"],
  ...[
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "MKCOL",
    "LINK",
    "SEARCH",
    "REPORT",
    "get",
    "Get",
    "head",
    "query",
    "options",
    "post",
    "",
    "GETX",
    " GET",
    "GET ",
    "QUERY ",
    "HEAD,GET",
  ].map((method): [string, string] => [method, "refuse cross-site"]),
];

/** Clients without the headers of a browser, where the application lets them in by an explicit option. */
const BY_CLIENT: readonly (readonly [given: CsrfGiven, want: string])[] = [
  [{ hasCookies: false }, "pass not-a-browser"],
  [{ hasCookies: true }, "undecided no-headers"],
  [{ hasCookies: false, origin: "null" }, "undecided origin-opaque"],
  [{ hasCookies: false, origin: OWN }, "pass origin-matches"],
  [{ hasCookies: false, origin: "https://evil.example" }, "refuse origin-mismatch"],
  [{ hasCookies: false, origin: "" }, "refuse origin-mismatch"],
  [{ hasCookies: false, secFetchSite: "same-origin" }, "pass same-origin"],
  [{ hasCookies: false, secFetchSite: "cross-site" }, "refuse cross-site"],
  [{ hasCookies: false, secFetchSite: "same-site" }, "refuse same-site"],
  [{ hasCookies: false, secFetchSite: "none" }, "undecided user-initiated"],
  [{ hasCookies: false, secFetchSite: "" }, "refuse fetch-site-unknown"],
  [{ hasCookies: false, method: "PUT" }, "pass not-a-browser"],
  [{ hasCookies: false, method: "get" }, "pass not-a-browser"],
];

/** An application of several origins: compared is the one the request was sent to. */
const BY_ORIGIN: readonly (readonly [given: CsrfGiven, want: string])[] = [
  [{ canonicalOrigin: "https://admin.example", origin: OWN }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "https://admin.example", origin: "https://admin.example" }, "pass origin-matches"],
  [{ canonicalOrigin: "http://localhost:3000", origin: "http://localhost:3000" }, "pass origin-matches"],
  [{ canonicalOrigin: "http://localhost:3000", origin: "http://localhost" }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "http://localhost:3000", origin: "https://localhost:3000" }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "http://localhost:3000", origin: "http://127.0.0.1:3000" }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "https://[2001:db8::1]", origin: "https://[2001:db8::1]" }, "pass origin-matches"],
  [{ canonicalOrigin: "https://[2001:db8::1]", origin: "https://[2001:DB8::1]" }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "https://app.example:8443", origin: OWN }, "refuse origin-mismatch"],
  [
    { canonicalOrigin: "https://xn--bcher-kva.example", origin: "https://xn--bcher-kva.example" },
    "pass origin-matches",
  ],
  [
    { canonicalOrigin: "https://xn--bcher-kva.example", origin: "https://bucher.example" },
    "refuse origin-mismatch",
  ],
  // No canonical origin is known: nothing is this application's.
  [{ canonicalOrigin: "", origin: "" }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "", origin: "null" }, "undecided origin-opaque"],
  [{ canonicalOrigin: "", origin: OWN }, "refuse origin-mismatch"],
  [{ canonicalOrigin: "", secFetchSite: "cross-site" }, "refuse cross-site"],
];

/** Each way of asking with each of the other methods that change state: none is an exception. */
const BY_UNSAFE_METHOD: readonly (readonly [given: CsrfGiven, want: string])[] = [
  "PUT",
  "PATCH",
  "DELETE",
].flatMap((method): (readonly [CsrfGiven, string])[] => [
  [{ method, secFetchSite: "same-origin", origin: OWN }, "pass same-origin"],
  [{ method, secFetchSite: "cross-site", origin: "https://evil.example" }, "refuse cross-site"],
  [{ method, secFetchSite: "same-site", origin: "https://blog.app.example" }, "refuse same-site"],
  [{ method, secFetchSite: "none" }, "undecided user-initiated"],
  [{ method, origin: OWN }, "pass origin-matches"],
  [{ method, origin: "https://evil.example" }, "refuse origin-mismatch"],
  [{ method, origin: "null" }, "undecided origin-opaque"],
  [{ method }, "undecided no-headers"],
]);

/** Every decision from headers that is documented, as docs/reference/csrf-table.md shows it. */
export const CSRF_ROWS: readonly CsrfRow[] = [
  ...BY_HEADERS.map(([secFetchSite, origin, want]) => ({
    group: "A form sent with POST",
    given: { secFetchSite, origin },
    want,
  })),
  ...BY_UNSAFE_METHOD.map(([given, want]) => ({ group: "Other methods that change state", given, want })),
  ...BY_METHOD.map(([method, want]) => ({
    group: "Methods, from another site",
    given: { method, secFetchSite: "cross-site" },
    want,
  })),
  ...BY_TRUST.map(([secFetchSite, origin, want]) => ({
    group: 'With `trustedOrigins: ["https://accounts.example"]`',
    given: { secFetchSite, origin, trusted: TRUSTED },
    want,
  })),
  ...BY_CLIENT.map(([given, want]) => ({
    group: "With `insecureAllowClientsWithoutHeaders`",
    given: { ...given, allowClientsWithoutHeaders: true },
    want,
  })),
  ...BY_ORIGIN.map(([given, want]) => ({ group: "Sent to another origin of the application", given, want })),
];
