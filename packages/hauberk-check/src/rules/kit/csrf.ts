import { cookiesAsked, guardCookies, lackSameSite } from "../../engine/cookie-guards.ts";
import { authenticatesSender, chainOf, isCsrf, isSession, UNSAFE_METHODS } from "../../engine/protections.ts";
import type { t } from "../../parse/ast.ts";
import type { Role } from "../../model/roles.ts";
import type { Part } from "../../model/parts.ts";
import type { Program } from "../../model/program.ts";
import { allParts, type AppView, type Endpoint } from "../../model/view.ts";
import { covers } from "../../model/path-patterns.ts";
import { saidBy } from "./nodes.ts";
import { onlyRefuses } from "./refusals.ts";
import { mentionsNoSession } from "./unused-sessions.ts";
import { remembered } from "../../remembered.ts";

/** Protections that keep a token in the session or a cookie and compare it. */
const TOKEN_PACKAGES =
  /^(?:csurf|express\.csrf|connect\.csrf|lusca(?:\.csrf)?|csrf-sync|csrf-csrf|tiny-csrf|@dr\.pogodin\/csurf)(?:\.|$)/;

export const isTokenCsrf = (part: Part): boolean => isCsrf(part) && TOKEN_PACKAGES.test(part.name);

export interface PlacedPart {
  readonly at: number;
  readonly part: Part;
}

export function firstPart(view: AppView, test: (part: Part) => boolean): PlacedPart | undefined {
  return allParts(view).find(({ part }) => test(part));
}

/** Routes that change state for whoever the browser's cookie says, and pass no CSRF protection. */
export function unprotected(view: AppView, program: Program): readonly Endpoint[] {
  return [...view.endpoints, ...mountedQueries(view)].filter((endpoint) => {
    if (!UNSAFE_METHODS.has(endpoint.method) || onlyHandsOn(endpoint) || onlyRefuses(endpoint)) return false;
    if (takesNoForm(endpoint)) return false;
    const chain = chainOf(view, endpoint);
    const bySession =
      chain.some(isSession) &&
      !chain.some((part) => part.role === "token-auth") &&
      !areSessionsEmpty(program);
    const cookies = (): readonly string[] => [
      ...guardCookies(chain, program),
      ...cookiesAsked(endpoint.parts),
    ];
    if (!bySession && !lackSameSite(program, cookies())) return false;
    return (
      !chain.some(isCsrf) &&
      !endpoint.parts.some(isCsrf) &&
      !checksInside(endpoint) &&
      !authenticatesSender(endpoint)
    );
  });
}

/** A procedure of tRPC since its version 11 refuses what is no JSON, which no form of another site can send. */
const takesNoForm = ({ parts }: Endpoint): boolean =>
  parts.at(-1)?.name === "@trpc/server.Controller" && parts.some(({ role }) => role === "body-json");

/**
 * `app.use("/graphql", graphqlHTTP(...))` of express-graphql reads forms by itself, unless a parser for JSON alone came first;
 * its successors take nothing that a form of another site can send.
 */
function mountedQueries(view: AppView): readonly Endpoint[] {
  const roles = new Set<Role>();
  return view.steps.flatMap(({ at, layer, paths, parts }) => {
    for (const { role } of parts) roles.add(role);
    const isOpen = !roles.has("body-json") || roles.has("body-urlencoded") || roles.has("body-parser");
    return isOpen && parts.at(-1)?.name.startsWith("express-graphql") === true
      ? [{ at, app: view.app, layer, method: "post", paths, parts, handlers: [] }]
      : [];
  });
}

/** `app.all("*", (req, res, next) => { res.set(...); next(); })` answers nothing. */
const onlyHandsOn = ({ method, parts }: Endpoint): boolean => {
  const facts = parts.at(-1)?.facts;
  return (
    method === "all" &&
    facts?.callsNext === true &&
    !/\.(?:send|json|render|end|redirect|sendStatus|sendFile)\(|\b(?:save|update|create|insert|delete|remove)\w*\(/.test(
      facts.source,
    )
  );
};

const SIGNS_TOKENS = /["'](?:jsonwebtoken|jose)["']/;

/** Nothing is ever kept in a session or another cookie, and who signs in is given a token: no cookie says who is there. */
const areSessionsEmpty = remembered(
  (program: Program): boolean => program.mention(SIGNS_TOKENS) !== undefined && mentionsNoSession(program),
);

/** The answering function itself may check the token or the origin. */
function checksInside(endpoint: Endpoint): boolean {
  return endpoint.parts.some(
    (part) =>
      part.facts !== undefined && part.facts.rejects && (part.facts.readsToken || part.facts.readsOrigin),
  );
}

/** `app.all("/alive", (req, res) => res.send("OK"))`: registered for every method, and does nothing for any. */
export function changesNothing({ method, parts }: Endpoint): boolean {
  const last = parts.at(-1)?.fn?.node;
  if (method !== "all" || last === undefined) return false;
  const [only, more] = last.body.type === "BlockStatement" ? last.body.body : [last.body];
  if (only === undefined || more !== undefined) return false;
  const said = saidBy(only);
  return said !== undefined && answersWithText(said);
}

function answersWithText(node: t.Node): boolean {
  if (node.type === "Identifier") return /^_?res(?:ponse)?$/.test(node.name);
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.arguments.every((one) => one.type === "StringLiteral" || one.type === "NumericLiteral") &&
    answersWithText(node.callee.object)
  );
}

/** CSRF protection that stands after a route it covers. */
export function lateProtection(view: AppView, endpoint: Endpoint): PlacedPart | undefined {
  const late = view.steps.find(
    (step) =>
      step.at > endpoint.at && step.parts.some(isCsrf) && covers(step.paths, endpoint.paths) !== false,
  );
  const part = late?.parts.find(isCsrf);
  return late === undefined || part === undefined ? undefined : { at: late.at, part };
}
