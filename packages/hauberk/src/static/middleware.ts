import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type RequestHandler } from "express";
import { contextOf } from "../internal/context.ts";
import type { StaticPolicy } from "./options.ts";

/** Serves files before the session is looked up: no cookie is read or set, and caches may keep them. */
export function createStaticMiddleware(policy: StaticPolicy): RequestHandler {
  return express.static(policy.directory, {
    // "/.git/config", "/.env": not even their existence is told.
    dotfiles: "ignore",
    index: false,
    redirect: false,
    maxAge: policy.maxAgeSeconds * 1000,
    setHeaders: (res: ServerResponse & { req?: IncomingMessage }) => {
      if (res.req !== undefined) contextOf(res.req).isStatic = true;
    },
  });
}
