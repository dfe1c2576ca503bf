import { allParts, type AppView } from "../../../model/view.ts";
import type { Part } from "../../../model/parts.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { ownCors } from "../../kit/cors.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cors/any-origin",
  title: "Every site may read the answers of an app that has accounts",
  severity: "info",
  confidence: "medium",
  cwe: [942],
  asvs: ["3.4.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "No cookie goes along, but any page can read what needs none: from inside a network where the app is open, and with a token it has got hold of.",
  fix: 'List the origins that use the API: `cors({ origin: ["https://app.example"] })`; keep `*` for data meant for everyone.',
  doc: "Said once, where `*` holds for the whole app and the app signs people in or asks for a token. A public API is right to send it.",
  app(context) {
    if (!hasAccounts(context.view)) return;
    for (const step of context.view.steps) {
      if (!step.paths.some((path) => path.kind === "all") || step.conditional) continue;
      const part = step.parts.find((one) => !one.conditional && allowsAll(one, context));
      if (part === undefined) continue;
      context.report({ at: part.site, message: "Access-Control-Allow-Origin is `*` on every answer." });
      return;
    }
  },
});

function hasAccounts(view: AppView): boolean {
  return allParts(view).some(
    ({ part }) =>
      ["auth", "token-auth", "session", "cookie-session"].includes(part.role) ||
      /\.sign\s*\(|\bcompare(?:Sync)?\s*\(|passport\.authenticate/.test(part.facts?.source ?? "") ||
      asksForPassword(part.facts?.source ?? "") ||
      LOOKS_UP.test(part.facts?.source ?? ""),
  );
}

/** `SELECT * FROM users WHERE name = ? AND password = ?`: the database signs people in. */
const asksForPassword = (source: string): boolean => /\bselect\s/i.test(source) && ASKED.test(source);
const ASKED = /\b(?:where|and) ["'`[]?(?:\w{1,20}\.)?pass(?:word|wd)?["'`\]]? ?= ?[?:$'"`@]/i;

/** `users.findOne({ name, password })`, `user.password !== password`: a sign-in, however bad. */
const LOOKS_UP =
  /\.find(?:One|First)\(\{[^{}]{0,200}\bpassword\b|\.password [!=]==? (?:req\.|\w{0,20}password\b)/i;

function allowsAll(part: Part, context: AppContext): boolean {
  if (part.fn !== undefined) {
    const own = ownCors(context, part.fn);
    return own?.any === true && !own.credentials;
  }
  if (part.name !== "cors") return false;
  const options = inProduction(part.options ?? UNDEFINED);
  if (options.k !== "obj") return isKnown(options, undefined);
  const origin = inProduction(property(options, "origin"));
  return (
    (isKnown(origin, undefined) || isKnown(origin, "*")) &&
    isKnown(property(options, "credentials"), undefined)
  );
}
