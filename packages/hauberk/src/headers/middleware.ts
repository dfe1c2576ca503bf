import type { RequestHandler } from "express";
import { keepHeaders } from "../internal/header-list.ts";
import { prepareAnswer } from "../internal/standalone.ts";
import type { HeaderPolicy } from "./build.ts";

/** Chooses the header set of the request's answer; it is written with the head, whoever answers. */
export function createHeadersMiddleware(policy: HeaderPolicy): RequestHandler {
  return function headersMiddleware(req, res, next) {
    const context = prepareAnswer(req, res);
    context.headers = policy;
    if (context.outgoing === undefined) keepHeaders(res, context);
    next();
  };
}
