import { isConditional } from "../../../model/app.ts";
import { chainOf, has, UNSAFE_METHODS } from "../../../engine/protections.ts";
import { covers, printPath } from "../../../model/path-patterns.ts";
import type { Part } from "../../../model/parts.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { namesInternals, showsEnvironment } from "../../kit/shown-internals.ts";
import { guardOf } from "../route-unguarded/guards.ts";
import { openAmong, PUBLIC } from "../route-unguarded/siblings.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { looksItself } from "./looks.ts";
import { kindOf } from "./kinds.ts";

export const rule: Rule = defineRule({
  id: "auth/administration-open",
  title: "A page for the administration is open to everyone",
  severity: "high",
  confidence: "medium",
  cwe: [306],
  asvs: ["8.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "Whoever guesses the path, and scanners try these first, reads or changes what only an administrator should.",
  fix: "Mount a guard that asks for the role before these routes, and leave debug routes out of what is served.",
  app({ view, doubts, report, unchecked }) {
    if (view.app.listens.some(isLoopback)) return;
    const open = view.endpoints.filter((one) => !isConditional(one.layer.conditions) && isOpen(view, one));
    if (open.length === 0) return;
    const withUsers = hasUsers(view);
    const said = new Set(view.apps.flatMap((app) => openAmong(view, app).map(({ route }) => route)));
    const found = open.flatMap((route) => {
      const kind = said.has(route) ? undefined : kindOf(route, withUsers);
      return kind === undefined ? [] : [{ route, kind }];
    });
    const [first] = found;
    if (first !== undefined && doubts[0] !== undefined) {
      unchecked(
        `a guard may be applied elsewhere: ${doubts[0].why}`,
        doubts[0].site ?? first.route.layer.site,
      );
      return;
    }
    for (const { route, kind } of found)
      report({
        at: route.layer.site,
        message: `${route.method.toUpperCase()} ${printPath(route.paths)} ${kind}, and nothing asks who is there.`,
        severity: UNSAFE_METHODS.has(route.method) ? "high" : "medium",
      });
  },
});

const isLoopback = ({ node }: AppView["app"]["listens"][number]): boolean =>
  node.type === "CallExpression" &&
  node.arguments.some(
    (one) => one.type === "StringLiteral" && /^(?:localhost|127\.0\.0\.1|::1)$/.test(one.value),
  );

const SIGNS_IN = /\/(?:log-?in|sign-?in|register|sign-?up|authenticate)\/?$/i;

const hasUsers = (view: AppView): boolean =>
  view.endpoints.some(
    (one) =>
      SIGNS_IN.test(printPath(one.paths)) ||
      has([...chainOf(view, one), ...one.parts], "auth", "token-auth", "session", "cookie-session"),
  );

/** First steps and signs of life stand open on purpose. */
const FOR_ALL = /setup|install|\binit|bootstrap|health|ping|ready|version|docs|\bcss\b|\bjs\b|assets|static/i;

function isOpen(view: AppView, route: Endpoint): boolean {
  const path = printPath(route.paths);
  if (!route.paths.every((one) => one.kind === "text") || PUBLIC.test(path) || FOR_ALL.test(path))
    return false;
  if (route.method === "get" && (namesInternals(route) || route.parts.some(showsAll))) return false;
  return (
    guardOf(view, route) === "none" &&
    !isGuardedTooLate(view, route) &&
    !chainOf(view, route).some(mayRefuse) &&
    route.parts.every((part) => part.fn !== undefined && !looksItself(part.fn, part.facts?.source ?? ""))
  );
}

/** The guard is there, below the route: another rule says so. */
const isGuardedTooLate = (view: AppView, { at, paths }: Endpoint): boolean =>
  view.steps.some(
    (step) => step.at > at && has(step.parts, "auth", "token-auth") && covers(step.paths, paths) === true,
  );

const showsAll = ({ facts }: Part): boolean => showsEnvironment(facts?.source ?? "");

/** A guard that asks something nobody here knows, a feature or an address, is one all the same. */
const mayRefuse = ({ role, facts }: Part): boolean =>
  role !== "csrf" &&
  role !== "rate-limit" &&
  role !== "https-redirect" &&
  facts?.callsNext === true &&
  facts.refuses;
