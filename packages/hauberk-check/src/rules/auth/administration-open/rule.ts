import { isConditional } from "../../../model/app.ts";
import { chainOf, has, UNSAFE_METHODS } from "../../../engine/protections.ts";
import { covers, printPath } from "../../../model/path-patterns.ts";
import type { Part } from "../../../model/parts.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { namesInternals, showsEnvironment } from "../../kit/shown-internals.ts";
import { guardOf } from "../route-unguarded/guards.ts";
import { openAmong, PUBLIC } from "../route-unguarded/siblings.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";
import { looksItself } from "./looks.ts";
import { CALLEES, checkIgnoredRole } from "./ignored-roles.ts";
import { EMPTIES, isOfAdministration, kindOf } from "./kinds.ts";
import { setsPassword } from "./people.ts";
import { asksNoRole, hasRoles } from "./roleless.ts";
import { unaskedRoles } from "./unasked-roles.ts";

export const rule: Rule = defineRule({
  id: "auth/administration-open",
  title: "A page for the administration is open to everyone",
  severity: "high",
  confidence: "medium",
  cwe: [306, 862],
  asvs: ["8.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "Whoever guesses the path, and scanners try these first, reads or changes what only an administrator should.",
  fix: "Mount a guard that asks for the role before these routes, and leave debug routes out of what is served.",
  needs: /role|permi|authori[sz]|allow|restrict/i,
  callees: CALLEES,
  visit: { CallExpression: checkIgnoredRole },
  app({ view, program, doubts, report, unchecked }) {
    const withUsers = hasUsers(view);
    // A tool of one's own; where people sign in there is a proxy before it.
    if (!withUsers && view.app.listens.some(isLoopback)) return;
    const routes = view.endpoints.filter((one) => !isConditional(one.layer.conditions) && isPrivate(one));
    const open = routes.filter((one) => isOpen(view, one));
    const roleless = routes.filter((one) => isOfAdministration(one) && asksNoRole(view, one));
    const resets = view.endpoints.filter((one) => isText(one) && setsPassword(one) && isOpen(view, one));
    const unread = unaskedRoles(view, program);
    if ([open, roleless, resets, unread].every((list) => list.length === 0)) return;
    const said = new Set(view.apps.flatMap((app) => openAmong(view, app).map(({ route }) => route)));
    const found = open.flatMap((route) => {
      const kind = said.has(route) ? undefined : kindOf(route, withUsers, program);
      return kind === undefined ? [] : [{ route, kind }];
    });
    for (const route of resets.filter((one) => !found.some((other) => other.route === one)))
      found.push({ route, kind: "sets a new password for whoever is named" });
    const unasked = roleless.filter((one) => kindOf(one, true, program) !== undefined && isOfOthers(one));
    const forAll = unasked.length > 0 && hasRoles(view, program) ? unasked : [];
    const [first] = [...found, ...[...forAll, ...unread].map((route) => ({ route }))];
    if (first !== undefined && doubts[0] !== undefined) {
      unchecked(
        `a guard may be applied elsewhere: ${doubts[0].why}`,
        doubts[0].site ?? first.route.layer.site,
      );
      return;
    }
    for (const { route, kind } of found) complain(route, `${kind}, and nothing asks who is there.`, report);
    for (const route of forAll)
      complain(
        route,
        "is for administrators, and open to whoever has an account: no role is asked for.",
        report,
      );
    for (const route of unread)
      complain(
        route,
        "names the role of an administrator, and no guard in front of it asks for roles.",
        report,
      );
  },
});

const complain = (route: Endpoint, what: string, report: AppContext["report"]): void =>
  report({
    at: route.layer.site,
    message: `${route.method.toUpperCase()} ${printPath(route.paths)} ${what}`,
    severity: UNSAFE_METHODS.has(route.method) ? "high" : "medium",
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

function isPrivate({ paths }: Endpoint): boolean {
  // `/api/auth/users/:id` is no sign-in, and `/reset-db` no new password.
  const path = printPath(paths)
    .replace(/\/auth(?=\/(?:users?|accounts?|admin)\b)/, "")
    .replace(EMPTIES, "/");
  return isText({ paths }) && !PUBLIC.test(path) && !FOR_ALL.test(path);
}

const isText = ({ paths }: Pick<Endpoint, "paths">): boolean => paths.every((one) => one.kind === "text");

/** What everybody behind the guard may see of himself. */
const isOfOthers = ({ paths }: Endpoint): boolean =>
  !/\/(?:me|self|profile|account|password|session|notifications?)(?:\/|$)/i.test(printPath(paths));

function isOpen(view: AppView, route: Endpoint): boolean {
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
