import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "./check.ts";

/** The first listing has no CSRF protection, the second has it and a session cookie without Secure. */
type Listing = "article-1" | "article-2";
const BOTH: readonly Listing[] = ["article-1", "article-2"];

/**
 * Every rule that the article asks for, or that its sample code implies: the listings that must break it, or why the
 * rule has nothing to say about them.
 */
const STARRED: readonly [rule: string, firesIn: readonly Listing[], whyNot: string][] = [
  ["process/run-as-root", [], "both listen on 3000 and drop to another user"],
  ["process/drop-order", [], "setgid stands before setuid, as the article's correction asks"],
  ["process/drop-before-bind", [], "privileges are dropped in the callback of listen"],
  ["process/supplementary-groups-kept", BOTH, ""],
  ["process/drop-unverified", BOTH, ""],
  ["process/drop-unguarded-windows", BOTH, ""],
  ["deps/express-eol", BOTH, ""],
  ["session/cookie-secure", ["article-2"], "the first listing sets secure: true"],
  ["session/cookie-httponly", [], "both set httpOnly: true"],
  ["session/hardcoded-secret", [], "session/known-secret says it of the same literal"],
  ["session/known-secret", BOTH, ""],
  ["secret/hardcoded", [], "the only secret is the session's, which has a rule of its own"],
  ["headers/none", [], "helmet's parts are mounted"],
  ["headers/frame-options", [], "helmet.xframe() is mounted"],
  ["headers/nosniff", [], "helmet.contentTypeOptions() is mounted"],
  ["headers/xss-filter", BOTH, ""],
  ["headers/cache-control", [], "helmet.cacheControl() is mounted"],
  ["headers/legacy-helmet-api", BOTH, ""],
  ["fingerprint/x-powered-by", BOTH, ""],
  ["csrf/missing", ["article-1"], "the second listing has express.csrf()"],
  ["csrf/before-session", [], "express.csrf() stands behind the session"],
  ["csrf/after-routes", [], "express.csrf() stands before app.router"],
  ["csrf/token-not-exposed", ["article-2"], "the first listing has no token to expose"],
  ["body/deprecated-parser", BOTH, ""],
  ["body/multipart-v3", BOTH, ""],
  ["order/static-after-session", BOTH, ""],
  ["template/unescaped-output", [], "the template writes the token with #{}, which escapes"],
];

const FOLDER = new URL("../fixtures/apps/", import.meta.url);

describe("the article's listings, typed in", () => {
  const found = new Map<Listing, ReadonlySet<string>>();
  before(async () => {
    for (const name of BOTH) {
      const report = await check({ folder: fileURLToPath(new URL(name, FOLDER)) });
      assert.deepEqual(report.notAnalysed, []);
      found.set(name, new Set(report.findings.map((one) => one.rule)));
    }
  });

  for (const [rule, firesIn, whyNot] of STARRED) {
    it(`${firesIn.length === 0 ? "keep" : "break"} ${rule}${whyNot === "" ? "" : `: ${whyNot}`}`, () => {
      assert.deepEqual(
        BOTH.filter((name) => found.get(name)?.has(rule) === true),
        firesIn,
      );
    });
  }
});
