import { chainOf, has } from "../../../engine/protections.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { limitAgainst } from "../../kit/against.ts";
import type { Part } from "../../../model/parts.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Problem, type Rule } from "../../rule.ts";
import { limitElsewhere } from "./elsewhere.ts";
import { isGuessedAt, isNamed, isRegistration } from "./guessed.ts";
import { isWide, widthOf } from "./width.ts";

export const rule: Rule = defineRule({
  id: "ratelimit/auth-missing",
  title: "Passwords or registrations without limit",
  severity: "medium",
  confidence: "medium",
  cwe: [307],
  asvs: ["6.3.1"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  wholeApp: true,
  against: limitAgainst,
  why: "Leaked password lists are tried against every login form on the internet, thousands of guesses a minute; who registers without limit fills the database and keeps the processor hashing.",
  fix: "Limit attempts per address and per account on these routes (express-rate-limit, hauberk/limit).",
  app({ view, program, doubts, report, unchecked }) {
    const signIns = view.endpoints.filter((one) => isGuessedAt(one, partsBefore(view, one)));
    const unlimited = signIns.filter((one) => !isLimited(partsBefore(view, one)));
    const open = [...unlimited.filter(isNamed), ...unlimited.filter((one) => !isNamed(one))];
    const registrations = view.endpoints.filter(
      (one) => isRegistration(one, signIns) && !isLimited(partsBefore(view, one)),
    );
    const first = open[0] ?? registrations[0];
    if (first === undefined) return;
    const isSeen = view.endpoints.some((one) => has(partsBefore(view, one), "rate-limit"));
    const elsewhere = limitElsewhere(program, view.app.site.module.path, isSeen);
    if (elsewhere !== undefined || doubts[0] !== undefined) {
      unchecked(
        `a limit may be applied elsewhere: ${elsewhere ?? doubts[0]?.why ?? ""}`,
        doubts[0]?.site ?? first.layer.site,
      );
      return;
    }
    if (open[0] !== undefined) report(problemOf(view, open));
    if (registrations[0] !== undefined)
      report({
        at: registrations[0].layer.site,
        message: `Anybody can make accounts without limit: nothing counts before ${listed(registrations)}.`,
        severity: "low",
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

const partsBefore = (view: AppView, endpoint: Endpoint): readonly Part[] => [
  ...chainOf(view, endpoint),
  ...endpoint.parts,
];

/** `rateLimit({ windowMs: 1000, max: 100 })` is told where it stands in the source. */
function problemOf(view: AppView, open: readonly Endpoint[]): Problem {
  const [first] = open;
  const wide = first && partsBefore(view, first).find(isWide);
  const site = first?.layer.site ?? view.app.site;
  return wide === undefined
    ? { at: site, message: `No limiter stands before ${listed(open)}.` }
    : {
        at: wide.site,
        message: `The limiter ${widthOf(wide) ?? ""}, which is none for ${listed(open)}.`,
        related: [{ at: site, message: "where passwords are tried" }],
      };
}

const isLimited = (parts: readonly Part[]): boolean =>
  has(parts, "hauberk") ||
  parts.some(
    (part) =>
      (part.role === "rate-limit" && !isWide(part)) ||
      part.facts?.counts === true ||
      CAPTCHA.test(part.name) ||
      CAPTCHA.test(part.facts?.source ?? ""),
  );

/** Whoever has to read a picture or solve a puzzle for each try does not try a list. */
const CAPTCHA = /captcha|turnstile/i;

const listed = (endpoints: readonly Endpoint[]): string =>
  `POST ${endpoints.map((one) => printPath(one.paths)).join(", ")}`;
