import type { IncomingMessage } from "node:http";
import { contextOf, type RequestContext } from "../internal/context.ts";
import { cookieValues, serializeCookie } from "../internal/cookie.ts";
import { randomText } from "../internal/random.ts";
import type { CsrfPolicy } from "./options.ts";
import { issueToken } from "./token.ts";

/** A visitor who opens a form and goes for lunch still gets through; nothing is stored for it. */
const VISITOR_COOKIE_SECONDS = 7200;

/**
 * Makes the token for this answer's forms. A visitor without a session gets a cookie to bind it to.
 *
 * @param form the one form it is for, see `formOf`; all forms when left out
 */
export function tokenFor(req: IncomingMessage, policy: CsrfPolicy, form?: string): string {
  const context = contextOf(req);
  context.personal = true;
  return issueToken(policy.currentKey, sessionId(context) ?? visitorId(req, context, policy), form);
}

/** The cookie values a token of this request may be bound to. */
export function bindingsOf(req: IncomingMessage, policy: CsrfPolicy): readonly string[] {
  const { session } = contextOf(req);
  const presented = session?.presentedId;
  // With a session only its own tokens count; a visitor's token would let somebody in before login speak for the user.
  if (session?.record !== undefined && presented !== undefined) return [presented];
  const visitor = presentedVisitor(req, policy);
  // A session that expired while its form was open: the id is worth nothing any more, but still proves whose form it was.
  return [presented, visitor].filter((value) => value !== undefined);
}

function sessionId(context: RequestContext): string | undefined {
  const { session } = context;
  return session?.record === undefined ? undefined : (session.newId ?? session.presentedId);
}

function visitorId(req: IncomingMessage, context: RequestContext, policy: CsrfPolicy): string {
  const known = presentedVisitor(req, policy) ?? context.csrfVisitor;
  if (known !== undefined) return known;
  const fresh = randomText(32);
  context.csrfVisitor = fresh;
  const attributes = { secure: policy.secure, maxAgeSeconds: VISITOR_COOKIE_SECONDS };
  context.addCookie(serializeCookie(policy.cookieName, fresh, attributes));
  return fresh;
}

/** Two cookies of the name: one of them was planted, and nobody can say which. */
function presentedVisitor(req: IncomingMessage, policy: CsrfPolicy): string | undefined {
  const values = cookieValues(req.headers.cookie, policy.cookieName);
  const [only] = values;
  return values.length === 1 && only !== undefined && /^[A-Za-z0-9_-]{43}$/.test(only) ? only : undefined;
}
