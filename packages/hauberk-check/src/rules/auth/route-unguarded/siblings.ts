import { isConditional, type App } from "../../../model/app.ts";
import { chainOf, UNSAFE_METHODS } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath, type PathPattern } from "../../../model/path-patterns.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { onlyRefuses } from "../../kit/refusals.ts";
import { guardOf } from "./guards.ts";

/** A route without a guard, and what those beside it have. */
interface Open {
  readonly route: Endpoint;
  readonly others: string;
}

/** Of each group of routes those without a guard where most that do the like have one: several, too. */
export function openAmong(view: AppView, app: App): readonly Open[] {
  const routes = view.endpoints.filter(
    (one) =>
      one.app === app && !isConditional(one.layer.conditions) && one.paths.every(isText) && !onlyRefuses(one),
  );
  return [
    ...grouped(routes, (one) => [one.layer.site.module.path, firstName(printPath(one.paths))]).flatMap(
      (group) => [...openChanges(view, group), ...openAdditions(view, group)],
    ),
    ...grouped(routes, (one) => [administrationOf(printPath(one.paths))]).flatMap((group) =>
      openPages(view, group),
    ),
    ...grouped(routes, (one) => [deletedBy(one)]).flatMap((group) => openDeletions(view, group)),
    ...openLists(view, routes),
  ].filter(({ route }, i, all) => all.findIndex((one) => one.route === route) === i);
}

const isText = (one: PathPattern): boolean => one.kind === "text";

/** `accounts` of `/api/v1/accounts/:id`. */
const firstName = (path: string): string =>
  path.split("/").find((part) => part !== "" && !/^(?:api|rest|v\d+)$/i.test(part)) ?? "";

function grouped(
  routes: readonly Endpoint[],
  keyOf: (route: Endpoint) => readonly string[],
): readonly (readonly Endpoint[])[] {
  const groups = new Map<string, Endpoint[]>();
  for (const one of routes) {
    const key = keyOf(one);
    if (key.includes("")) continue;
    const group = groups.get(key.join(" "));
    if (group === undefined) groups.set(key.join(" "), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

const CHANGES: ReadonlySet<string> = new Set(["put", "patch", "delete"]);

/** What is done to a thing that is there already, and not by a visitor who has only a link to it. */
const ACTS =
  /\/:(?!\w*(?:token|code|hash|key|slug))\w+\/(?:ban|unban|block|unblock|roles?|promote|demote|approve|reject|refund|cancel|ship|publish|unpublish|archive|activate|deactivate|suspend|restore|delete|remove|destroy|transfer|grant|revoke|assign|permissions?|impersonate)\/?$/i;

/** Visitors change what is theirs by a cookie or a link. */
const OF_VISITORS = /cart|basket|wish|guest|vote|like|rating|preview|draft|game/i;
const MIN_GUARDED = 3;

/** PUT, PATCH and DELETE, and acts such as `POST /users/:id/ban`, where most changes below the same name have a guard. */
function openChanges(view: AppView, group: readonly Endpoint[]): readonly Open[] {
  const changes = group.filter((one) => UNSAFE_METHODS.has(one.method));
  const guarded = changes.filter((one) => guardOf(view, one) === "certain");
  const open = changes.filter((one) => isChange(one) && isOpen(view, one));
  const most = group.filter((one) => guardOf(view, one) === "certain").length;
  if (guarded.length < 2 || most < MIN_GUARDED || open.length > guarded.length) return [];
  return open
    .filter((one) => !group.some((other) => other !== one && printPath(other.paths) === printPath(one.paths)))
    .map((route) => ({ route, others: `${String(most)} others below that path have one` }));
}

const isChange = ({ method, paths }: Endpoint): boolean =>
  (CHANGES.has(method) || (method === "post" && ACTS.test(printPath(paths)))) &&
  !OF_VISITORS.test(printPath(paths));

/** What a visitor without an account adds: orders, comments, messages, an account. */
const ADDED_BY_VISITORS =
  /user|account|member|customer|client|patient|student|people|person|order|booking|appointment|reserv|comment|message|feedback|review|rating|lead|ticket|quir|question|answer|appli|subscri|newsletter|donation|payment|report|vote|poll|respon|submission|request|contact|event|log|track|cart|session|upload|file|image|paste|link|url|guest|visit|entr|sign|regist|game|score|chat|room|participa|invit|mail|complaint|error|metric/i;

/** `POST /products`, where PUT and DELETE of `/products/:id` have a guard. */
function openAdditions(view: AppView, group: readonly Endpoint[]): readonly Open[] {
  return group.flatMap((route) => {
    const path = printPath(route.paths).replace(/\/$/, "");
    if (route.method !== "post" || /:/.test(path) || ADDED_BY_VISITORS.test(path) || !isOpen(view, route))
      return [];
    const changes = group.filter(
      (one) => CHANGES.has(one.method) && /^\/:\w+\/?$/.test(printPath(one.paths).slice(path.length)),
    );
    const isAllGuarded = changes.every((one) => guardOf(view, one) === "certain");
    return changes.length >= 2 && isAllGuarded
      ? [{ route, others: `the ${String(changes.length)} that change what is there have one` }]
      : [];
  });
}

/** `/api/admin` of `/api/admin/users/:id`. */
const administrationOf = (path: string): string =>
  /^(?:\/[\w-]+){0,3}?\/(?:admin|administration|back-?office)(?=\/\w)/i.exec(path)?.[0] ?? "";

const GIVES = /\.(?:json|send|render|download|attachment|end|pipe)\(/;
const READS = /\bawait\b|\.then\(|\.find|\.query\(|\.all\(|\.exec\(|\bselect\b/i;

/** The one page of an administration that gives data to everybody, where all others ask who is there. */
function openPages(view: AppView, group: readonly Endpoint[]): readonly Open[] {
  const [route, ...more] = group.filter(
    (one) => !PUBLIC.test(printPath(one.paths)) && guardOf(view, one) !== "certain",
  );
  const guarded = group.filter((one) => guardOf(view, one) === "certain").length;
  if (route === undefined || more.length > 0 || route.method !== "get" || guarded < 2 || !isOpen(view, route))
    return [];
  const source = route.parts.at(-1)?.facts?.source ?? "";
  return GIVES.test(source) && READS.test(source)
    ? [{ route, others: `the other ${String(guarded)} of the administration have one` }]
    : [];
}

const DELETED =
  /(?:\bcollection\(\s?["'`](\w{1,40})["'`]\s?\)|\b([A-Z]\w{1,40}))\.(?:remove|deleteOne|deleteMany|findByIdAndDelete|findByIdAndRemove|findOneAndDelete|findOneAndRemove|destroy)\(|\bdelete from [`"]?(\w{1,40})/i;
/** What visitors without an account have, and take back by a link. */
const SHORT_LIVED = /session|token|code|otp|subscri|newsletter|invit/i;

/** The things that the handler deletes, by the name of their collection, where the request says which. */
function deletedBy({ parts, paths }: Endpoint): string {
  const source = parts.at(-1)?.facts?.source ?? "";
  if (!/\b(?:params|query|body)\b/.test(source)) return "";
  const found = DELETED.exec(source);
  const name = (found?.[1] ?? found?.[2] ?? found?.[3] ?? "").toLowerCase();
  return SHORT_LIVED.test(name) || OF_VISITORS.test(`${name} ${printPath(paths)}`) ? "" : name;
}

/** `GET /remove_picture`, where the other routes that delete pictures have a guard, under whatever path. */
function openDeletions(view: AppView, group: readonly Endpoint[]): readonly Open[] {
  const guarded = group.filter((one) => guardOf(view, one) === "certain");
  const open = group.filter((one) => isOpen(view, one));
  if (guarded.length < 2 || open.length > guarded.length) return [];
  const [shown] = guarded;
  const example = shown === undefined ? "" : `${shown.method.toUpperCase()} ${printPath(shown.paths)}`;
  return open.map((route) => ({ route, others: `${example}, which deletes the same, has one` }));
}

/** What belongs to somebody: a list of all of it is worth more than the one that is asked for. */
const OF_PEOPLE =
  /(?:order|payment|invoice|transaction|booking|reservation|appointment|customer|patient|prescription|employee|member|user|account|message|contract|salary|loan)s?\/?$/i;

/** `GET /orders`, where `GET /orders/:id` and all that changes orders ask who is there. */
function openLists(view: AppView, routes: readonly Endpoint[]): readonly Open[] {
  return routes.flatMap((route) => {
    const path = printPath(route.paths).replace(/\/$/, "");
    const source = route.parts.at(-1)?.facts?.source ?? "";
    if (route.method !== "get" || !OF_PEOPLE.test(path) || !GIVES.test(source) || !READS.test(source))
      return [];
    const below = routes.filter((one) => {
      const rest = printPath(one.paths).slice(path.length);
      return one !== route && printPath(one.paths).startsWith(path) && /^(?:\/:\w+)?\/?$/.test(rest);
    });
    const item = below.find((one) => one.method === "get");
    if (item === undefined || below.length < 3 || !isOpen(view, route)) return [];
    return below.every((one) => guardOf(view, one) === "certain")
      ? [{ route, others: `GET ${printPath(item.paths)}, which gives one of them, has one` }]
      : [];
  });
}

export const PUBLIC: RegExp =
  /log-?in|sign-?in|log-?out|sign-?out|register|sign-?up|forgot|reset|verify|callback|webhook|hook|token|refresh|health|contact|search|public|csp|report|confirm|otp|subscribe|auth/i;

/** A handler that looks for itself who is there. */
const LOOKS =
  /\b40[13]\b|unauthor|forbidden|session|auth|permission|isAdmin|owner|token|current_?user|req\.user|signature/i;

/** A guard that asks something nobody here knows, a feature or an address, is one all the same. */
const mayRefuse = ({ role, facts }: Part): boolean =>
  role === "other" && facts?.callsNext === true && facts.refuses;

const isOpen = (view: AppView, route: Endpoint): boolean =>
  guardOf(view, route) === "none" &&
  !PUBLIC.test(printPath(route.paths)) &&
  !chainOf(view, route).some(mayRefuse) &&
  route.parts.every(
    (part) => part.role === "other" && part.fn !== undefined && !LOOKS.test(part.facts?.source ?? ""),
  );
