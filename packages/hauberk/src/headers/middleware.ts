import type { RequestHandler } from "express";
import { installAnswerHooks } from "../internal/answer.ts";
import { contextOf } from "../internal/context.ts";
import type { HeaderPolicy } from "./build.ts";

/** Chooses the header set of the request's answer; it is written with the head, whoever answers. */
export function createHeadersMiddleware(policy: HeaderPolicy): RequestHandler {
  return function headersMiddleware(req, _res, next) {
    installAnswerHooks(req.app);
    contextOf(req).headers = policy;
    next();
  };
}
