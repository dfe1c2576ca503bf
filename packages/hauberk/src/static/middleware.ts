import type { Stats } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import express, { type RequestHandler } from "express";
import { contextOf } from "../internal/context.ts";
import { isFingerprinted, unchangedAsset } from "./assets.ts";
import type { StaticPolicy } from "./options.ts";

/** Serves files before the session is looked up: no cookie is read or set, and caches may keep them. */
export function createStaticMiddleware(policy: StaticPolicy): RequestHandler {
  const { assets, directory, maxAgeSeconds } = policy;
  return express.static(directory, {
    // "/.git/config", "/.env": not even their existence is told.
    dotfiles: "ignore",
    index: false,
    redirect: false,
    maxAge: maxAgeSeconds * 1000,
    setHeaders: (res: ServerResponse & { req?: IncomingMessage }, file: string, { size, mtimeMs }: Stats) => {
      if (res.req === undefined) return;
      const context = contextOf(res.req);
      context.isStatic = true;
      const name = path.relative(directory, file).replaceAll(path.sep, "/");
      const query = res.req.url?.split("?", 2)[1] ?? "";
      if (isFingerprinted(assets, { name, query, size, mtimeMs }))
        res.setHeader("Cache-Control", "public, max-age=31536000, immutable");
      unchangedAsset(assets, { name, size, mtimeMs })?.allowInline?.(context);
    },
  });
}
