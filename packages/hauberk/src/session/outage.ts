import type { RequestHandler } from "express";
import { readOneOf } from "../internal/options.ts";
import { contextOf } from "../internal/context.ts";
import type { OutagePolicy } from "./options.ts";

/**
 * Says for one route what it gets while the session store fails: `"anonymous"` serves a visitor's empty session, which
 * cannot be written; `"refuse"` is a 503 as soon as the route reads `req.session`.
 *
 * A request with an unsafe method is refused before it gets here, whatever this says.
 *
 * @throws {ConfigError} `OPTION_TYPE`
 * @example app.get("/", whenStoreFails("anonymous"), (req, res) => res.render("home"));
 */
export function whenStoreFails(policy: OutagePolicy): RequestHandler {
  const outage = readOneOf(policy, ["refuse", "anonymous"], "refuse", { call: "whenStoreFails()" });
  return function whenStoreFailsMiddleware(req, _res, next) {
    const { session } = contextOf(req);
    if (session !== undefined) session.outage = outage;
    next();
  };
}
