import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { RequestHandler } from "express";
import { refuse } from "../errors/refuse.ts";
import { contextOf } from "../internal/context.ts";
import { decideOrigin, type OriginFacts } from "./decide.ts";
import { createMismatchReport, proxyMismatch } from "./mismatch.ts";
import type { OriginPolicy } from "./options.ts";

/** Lets requests pass that were sent to one of the canonical origins, and notes by whom. */
export function createOriginMiddleware(policy: OriginPolicy): RequestHandler {
  const reportMismatch = createMismatchReport();
  return function originMiddleware(req, res, next) {
    const facts = factsOf(req);
    const mismatch = proxyMismatch(facts, policy);
    if (mismatch !== undefined) reportMismatch(req, mismatch);
    const verdict = decideOrigin(facts, policy);
    if (verdict.kind === "refuse") return refuse(req, next, "origin.refused", verdict.code, verdict.because);
    if (verdict.kind === "redirect") {
      res.writeHead(308, { Location: verdict.location }).end();
      return;
    }
    const context = contextOf(req);
    context.scheme = verdict.view.scheme;
    context.canonicalOrigin = verdict.view.origin.text;
    context.clientAddress = verdict.view.clientAddress;
    context.redirects = policy.redirects;
    // "GET https://app.example/notes": whatever is put together with the path later expects a path.
    if (req.url !== verdict.view.target) req.originalUrl = req.url = verdict.view.target;
    next();
  };
}

function factsOf(req: IncomingMessage): OriginFacts {
  const { headers, socket } = req;
  return {
    method: req.method ?? "",
    target: req.url ?? "",
    hosts: hostHeaders(req.rawHeaders, headers.host),
    encrypted: (socket as Partial<TLSSocket>).encrypted === true,
    peerAddress: socket.remoteAddress ?? "",
    forwardedFor: one(headers["x-forwarded-for"]),
    forwardedProto: one(headers["x-forwarded-proto"]),
    forwardedHost: one(headers["x-forwarded-host"]),
    forwardedPort: one(headers["x-forwarded-port"]),
    forwarded: headers.forwarded,
  };
}

/** `req.headers.host` holds only the first of several; the raw list holds them all. */
function hostHeaders(raw: readonly string[], first: string | undefined): readonly string[] {
  if (first === undefined) return [];
  const hosts: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts.push(raw[index + 1] ?? "");
  }
  return hosts;
}

function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.join(",");
}
