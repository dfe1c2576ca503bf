import { isConditional, type App } from "../../../model/app.ts";
import { UNSAFE_METHODS } from "../../../engine/protections.ts";
import { printPath, type PathPattern } from "../../../model/path-patterns.ts";
import type { Endpoint } from "../../../model/view.ts";
import type { Part } from "../../../model/parts.ts";
import { guardOf, refusesVisitor } from "./guards.ts";
import { onlyRefuses } from "../../kit/refusals.ts";
import { openAmong, PUBLIC } from "./siblings.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "auth/route-unguarded",
  title: "A route has no guard, its siblings have",
  severity: "medium",
  confidence: "low",
  cwe: [306],
  asvs: ["8.2.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A route added later without the guard is open to everyone, and nothing fails.",
  fix: "Mount the guard once for the router, and list the public routes before it.",
  app({ view, report }) {
    for (const app of view.apps) {
      const said = new Set<Endpoint>();
      reportWeaker({ view, report }, app);
      for (const { route, others } of openAmong(view, app)) {
        said.add(route);
        report({
          at: route.layer.site,
          message: `${route.method.toUpperCase()} ${printPath(route.paths)} has no guard; ${others}.`,
        });
      }
      const routes = view.endpoints.filter(
        (endpoint) =>
          endpoint.app === app &&
          !isConditional(endpoint.layer.conditions) &&
          UNSAFE_METHODS.has(endpoint.method) &&
          !onlyRefuses(endpoint),
      );
      const open = routes.filter((endpoint) => guardOf(view, endpoint) !== "certain");
      const [only] = open;
      if (only === undefined || open.length > 1 || routes.length < 4) continue;
      if (guardOf(view, only) !== "none" || said.has(only)) continue;
      if (
        !PUBLIC.test(printPath(only.paths)) &&
        !isSignUp(only) &&
        !(handsOutTokens(only) && routes.every((one) => guardOf(view, withoutAnswer(one)) !== "certain")) &&
        only.parts.every((part) => part.role === "other" && part.fn !== undefined)
      ) {
        report({
          at: only.layer.site,
          message: `${only.method.toUpperCase()} ${printPath(only.paths)} has no guard; the other ${String(routes.length - 1)} have one.`,
        });
      }
    }
  },
});

/** `GET /benefits` asks for an administrator, `POST /benefits` only for somebody who is signed in; PUT has a guard, DELETE none. */
function reportWeaker({ view, report }: Pick<AppContext, "view" | "report">, app: App): void {
  const routes = view.endpoints.filter(
    (one) => one.app === app && !isConditional(one.layer.conditions) && one.paths.every(isText),
  );
  for (const change of routes.filter((one) => UNSAFE_METHODS.has(one.method) && !onlyRefuses(one))) {
    const own = guardsOf(change);
    const path = printPath(change.paths);
    const page = routes.find((one) => {
      if (one === change || printPath(one.paths) !== path) return false;
      // `POST /users` signs up, `GET /users` lists them for those who may see them.
      if (own.length === 0 && (change.method === "post" || PUBLIC.test(path))) return false;
      const guards = guardsOf(one);
      return guards.length > own.length && own.every((guard) => guards.includes(guard));
    });
    const lost = page === undefined ? undefined : guardsOf(page).find((guard) => !own.includes(guard));
    if (page === undefined || lost === undefined || change.parts.some((part) => part.role === "unknown"))
      continue;
    if (own.length === 0 && guardOf(view, change) !== "none") continue;
    // `hasRole("admin")` asks something else than who is there; it is a guard all the same.
    if (own.length === 0 && change.parts.slice(0, -1).some(mayRefuse)) continue;
    const name = page.parts.find((part) => part.fn?.node === lost)?.name ?? "";
    report({
      at: change.layer.site,
      message: `${change.method.toUpperCase()} ${path} lacks a guard that ${page.method.toUpperCase()} ${path} has${name === "" ? "" : ` (${name})`}.`,
      related: [{ at: page.layer.site, message: "the route with the guard" }],
    });
  }
}

/** `POST /users` is how somebody becomes one. */
const isSignUp = ({ method, paths }: Endpoint): boolean =>
  method === "post" && /\/(?:users?|accounts?|members?|customers?)\/?$/i.test(printPath(paths));

/** Where each handler looks at a token itself, one has to give it: no guard was forgotten. */
const handsOutTokens = ({ parts }: Endpoint): boolean =>
  /\.sign\(|\bnew SignJWT\(|\b(?:create|generate|issue|make|sign)\w{0,8}(?:Token|Jwt|JWT)\(/.test(
    parts.at(-1)?.facts?.source ?? "",
  );

const withoutAnswer = (one: Endpoint): Endpoint => ({ ...one, parts: one.parts.slice(0, -1) });

const isText = (one: PathPattern): boolean => one.kind === "text";

/** The guards given to the route itself: the project's own by the functions they are, a package's by its name. */
const guardsOf = (endpoint: Endpoint): readonly unknown[] =>
  endpoint.parts.slice(0, -1).flatMap((part): readonly unknown[] => {
    if (part.fn !== undefined)
      return part.facts?.callsNext === true && refusesVisitor(part) ? [part.fn.node] : [];
    return part.role === "auth" || part.role === "token-auth" ? [part.name] : [];
  });

const mayRefuse = ({ facts }: Part): boolean => facts?.callsNext === true && facts.refuses;
