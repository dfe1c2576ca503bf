import { viewsOf } from "../../engine/views.ts";
import type { Role } from "../../model/roles.ts";
import type { Program } from "../../model/program.ts";
import { allParts, type AppView } from "../../model/view.ts";
import { remembered } from "../../remembered.ts";

/** `express.session()` of Express 3 is where sessions come from, no use of one. */
const USES_SESSIONS =
  /\.session\b(?!\s?\()|["']session["']\s?\]|[{,]\s?session\s?[,}:=]|\.cookies?\b|passport|flash|grant|keycloak|openid|auth0|saml|csurf|csrf|lusca/i;

/** Nothing in the project reads or writes a session or another cookie, nor brings a package that does. */
export const mentionsNoSession: (program: Program) => boolean = remembered(
  (program) => program.mention(USES_SESSIONS) === undefined,
);

/** The id, the store or the cookie itself may be what counts: a cookie that is signed says who was there. */
const USES_IDS = /\bsession_?id\b|session\w{0,20}store|signedCookie|connect\.sid|@Session\b/i;

/** Who answers there nobody knows, or somebody who signs in is known to. */
const MAY_USE: ReadonlySet<Role> = new Set<Role>(["unknown", "auth", "graphql"]);

/**
 * Routes are there, all that runs in front of them was seen, and nothing is ever kept in a session: its cookie says nothing about
 * anybody, yet. A few lines with a route or two are an example of how a session is set up.
 */
export const areSessionsUnused: (program: Program) => boolean = remembered((program) => {
  const views = viewsOf(program).filter((view) => !view.partial);
  return (
    views.some((view) => view.endpoints.length >= MIN_ROUTES) &&
    views.every(isSeen) &&
    program.notAnalysed.length === 0 &&
    mentionsNoSession(program) &&
    program.mention(USES_IDS) === undefined
  );
});

const MIN_ROUTES = 3;

const isSeen = (view: AppView): boolean =>
  view.holes.length === 0 && !allParts(view).some(({ part }) => MAY_USE.has(part.role));

/** Behind what a finding says about such a session. */
export const YET = "; nothing is kept in the session yet";
