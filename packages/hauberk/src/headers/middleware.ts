import type { Application, RequestHandler } from "express";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";
import { keepHeaders } from "../internal/header-list.ts";
import type { HeaderPolicy } from "./build.ts";

/** Chooses the header set of the request's answer; it is written with the head, whoever answers. */
export function createHeadersMiddleware(policy: HeaderPolicy): RequestHandler {
  let hooked: Application | undefined;
  return function headersMiddleware(req, res, next) {
    if (req.app !== hooked) installAnswerHooks((hooked = req.app));
    const context = contextOf(req);
    context.headers = policy;
    if (context.outgoing === undefined) keepHeaders(res, context);
    next();
  };
}
