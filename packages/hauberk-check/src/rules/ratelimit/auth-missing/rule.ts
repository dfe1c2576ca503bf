import { chainOf, has } from "../../../engine/protections.ts";
import { foldersOfOthers } from "../../../engine/other-packages.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { limitAgainst } from "../../kit/against.ts";
import type { Part } from "../../../model/parts.ts";
import type { Endpoint } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const SIGN_IN =
  /\/(?:(?:log-?in|sign-?in)(?:\/(?:auth|check|local|password|submit|verify))?|authenticate|forgot(?:-?password)?|reset(?:-?password)?|otp|2fa|totp|mfa|verify-(?:otp|code)|sessions?|auth\/local|password-reset)\/?$/i;

export const rule: Rule = defineRule({
  id: "ratelimit/auth-missing",
  title: "Passwords can be tried without limit",
  severity: "medium",
  confidence: "medium",
  cwe: [307],
  asvs: ["6.3.1"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: limitAgainst,
  why: "Leaked password lists are tried against every login form on the internet, thousands of guesses a minute.",
  fix: "Limit attempts per address and per account on these routes (express-rate-limit, hauberk/limit).",
  app({ view, program, doubts, report, unchecked }) {
    const open = view.endpoints.filter((endpoint) => {
      if (endpoint.method !== "post") return false;
      const parts = [...chainOf(view, endpoint), ...endpoint.parts];
      if (!SIGN_IN.test(printPath(endpoint.paths)) && !tries(endpoint, parts)) return false;
      return !has(parts, "rate-limit", "hauberk") && !parts.some((part) => part.facts?.counts === true);
    });
    const [first] = open;
    if (first === undefined) return;
    // A limiter that was seen, on other routes, explains why limits are talked about.
    const isSeen = view.endpoints.some((one) => has([...chainOf(view, one), ...one.parts], "rate-limit"));
    const elsewhere = program.mention(
      isSeen ? /brute|too many|attempts/i : LIMITS,
      foldersOfOthers(program, view.app.site.module.path),
    );
    if (elsewhere !== undefined || doubts[0] !== undefined) {
      unchecked(
        `a limit may be applied elsewhere: ${elsewhere ?? doubts[0]?.why ?? ""}`,
        doubts[0]?.site ?? first.layer.site,
      );
      return;
    }
    const more =
      open.length === 1
        ? ""
        : `, ${open
            .slice(1)
            .map((one) => printPath(one.paths))
            .join(", ")}`;
    report({
      at: first.layer.site,
      message: `No limiter stands before POST ${printPath(first.paths)}${more}.`,
    });
  },
  live({ facts: { guessing }, report }) {
    if (guessing !== undefined && !guessing.isStopped)
      report({
        url: guessing.url,
        message: `${String(guessing.attempts)} wrong passwords for one account in a row were all answered (${String(guessing.status)}).`,
      });
  },
});

/** `enableRateLimit: false` is a setting that says there is none. */
const LIMITS = /rate-?limit(?!\w*["']?: ?false)|throttl|brute|too many|attempts/i;

const TRIES =
  /(?:bcrypt(?:js)?|argon2)\.(?:compare|verify)(?:Sync)?\(|\b(?:compare|verify|check)Password(?:Sync)?\(/i;
/** Who changes a password is signed in, whatever guard that took. */
const CHANGES = /password|profile|account|settings|delete|user/i;

/** By what the handler does, whatever its path: it compares a password, for somebody nobody knows yet. */
function tries({ parts, paths }: Endpoint, all: readonly Part[]): boolean {
  if (CHANGES.test(printPath(paths)) || has(all, "auth", "token-auth")) return false;
  const source = parts.at(-1)?.facts?.source ?? "";
  return TRIES.test(source) && /\bbody\b/.test(source);
}
