import type { Application, RequestHandler } from "express";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";
import type { ExtensibleApplication } from "../internal/express-internals.ts";
import { keepHeaders } from "../internal/header-list.ts";
import { extendRender } from "../internal/extend.ts";
import { Locals } from "../internal/locals.ts";
import type { HeaderPolicy } from "./build.ts";

/** Chooses the header set of the request's answer; it is written with the head, whoever answers. */
export function createHeadersMiddleware(policy: HeaderPolicy): RequestHandler {
  let hooked: Application | undefined;
  return function headersMiddleware(req, res, next) {
    if (req.app !== hooked) hook((hooked = req.app));
    const context = contextOf(req);
    // Without hauberk() nobody has put the nonce where routes and templates look for it.
    if (!(res.locals instanceof Locals)) res.locals = Object.assign(new Locals(req, context), res.locals);
    context.headers = policy;
    if (context.outgoing === undefined) keepHeaders(res, context);
    next();
  };
}

function hook(app: Application): void {
  installAnswerHooks(app);
  extendRender(app as ExtensibleApplication);
}
