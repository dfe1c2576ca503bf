import type { RequestHandler } from "express";
import { readBoolean, readOptions } from "../internal/options.ts";
import { prepareAnswer } from "../internal/standalone.ts";
import { createCsrfMiddleware, createCsrfTokenMiddleware } from "./middleware.ts";
import { CSRF_KEYS, parseCsrfOptions, type CsrfOptions } from "./options.ts";

export { decideFromHeaders, type CsrfFacts, type CsrfTrust, type CsrfVerdict } from "./decide.ts";
export type { CsrfOptions } from "./options.ts";
export { formOf, issueToken, verifyToken } from "./token.ts";

export interface StandaloneCsrfOptions extends CsrfOptions {
  /** At least one random secret of 32 bytes or more; the first makes tokens, the others still verify theirs. */
  readonly secrets: readonly (string | undefined)[];
  /** A cookie without `Secure` and the `__Host-` prefix, for http://localhost. @default false */
  readonly insecureHttpCookies?: boolean;
}

/**
 * Protection against forged requests alone, for an app that composes its own pipeline; `hauberk()` already includes it.
 *
 * Mount it after `origin()` and, if you have them, `session()` and `body()`: the tokens are bound to the session, and
 * the field `_csrf` is read from the parsed body. A `method-override` belongs after it.
 *
 * @throws {ConfigError} `SECRET_WEAK`, `SECRET_PLACEHOLDER`, `ORIGIN_INVALID`, `OPTION_UNKNOWN` at start;
 *   `CSRF_WITHOUT_ORIGIN` into each request when no `origin()` ran before
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 * @example app.use(origin({ origins }), session({ store }), body(), csrf({ secrets: [process.env.APP_SECRET] }));
 */
export function csrf(options: StandaloneCsrfOptions): RequestHandler[] {
  const call = "csrf()";
  const { secrets, insecureHttpCookies, ...rest } = readOptions(
    options,
    [...CSRF_KEYS, "secrets", "insecureHttpCookies"],
    { call },
  );
  const around = {
    secrets,
    insecureHttpCookies: readBoolean(insecureHttpCookies, false, { call, path: "insecureHttpCookies" }),
  };
  const policy = parseCsrfOptions(rest, around, call);
  return [csrfLocals, createCsrfMiddleware(policy), createCsrfTokenMiddleware(policy)];
}

/** Gives the answers of an app without hauberk() the token and the cookie it is bound to. */
const csrfLocals: RequestHandler = (req, res, next) => {
  prepareAnswer(req, res);
  next();
};

/**
 * Answers with `{ "token": "..." }`, for pages that were not rendered by this application. Only its own origin can read
 * the answer.
 *
 * @example app.get("/csrf-token", csrfToken());
 */
export function csrfToken(): RequestHandler {
  return function csrfTokenRoute(_req, res) {
    res.json({ token: res.locals.csrftoken });
  };
}
