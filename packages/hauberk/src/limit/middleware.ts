import { hash } from "node:crypto";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { refuse } from "../errors/refuse.ts";
import { contextOf } from "../internal/context.ts";
import type { GcraResult } from "./gcra.ts";
import type { LimitPolicy } from "./options.ts";

/** Counts requests, and refuses those beyond the limit. */
export function createLimitMiddleware(policy: LimitPolicy): RequestHandler {
  return function limitMiddleware(req, res, next) {
    const who = whoIsCounted(req, policy);
    if (who === undefined) return next();
    const charge = { key: `${policy.name}:${who}`, rate: policy.rate, cost: policy.cost(req) };
    const results = policy.store.consume([charge], Date.now());
    if (results instanceof Promise) results.then(([result]) => answer(req, res, next, policy, result), next);
    else answer(req, res, next, policy, results[0]);
  };
}

function whoIsCounted(req: Request, { by, addressKey }: LimitPolicy): string | undefined {
  if (by === "everybody") return "";
  if (typeof by === "function") {
    const who = by(req);
    return who === undefined ? undefined : hashed(who);
  }
  const userId = by === "user" ? contextOf(req).session?.record?.userId : undefined;
  return userId === undefined ? addressKey(contextOf(req).clientAddress) : `user ${hashed(userId)}`;
}

/** A name of 100 KB must not become a key of 100 KB, and a store need not know who its keys are. */
export function hashed(who: string): string {
  return hash("sha256", who, "base64url");
}

function answer(
  req: Request,
  res: Response,
  next: NextFunction,
  policy: LimitPolicy,
  result: GcraResult | undefined,
): void {
  // A store that gives no result has not counted: the request is refused, not let through.
  const { allow, remaining, resetSeconds, retryAfterSeconds } = result ?? NOT_COUNTED;
  if (allow) {
    if (policy.announce) {
      res.setHeader("RateLimit-Policy", policy.policyField);
      res.setHeader("RateLimit", `"${policy.name}";r=${remaining};t=${resetSeconds}`);
    }
    return next();
  }
  refuse(req, next, "limit.refused", "RATE_LIMITED", policy.name, {
    headers: {
      "Retry-After": String(retryAfterSeconds),
      "RateLimit-Policy": policy.policyField,
      RateLimit: `"${policy.name}";r=0;t=${retryAfterSeconds}`,
    },
  });
}

const NOT_COUNTED = { allow: false, remaining: 0, resetSeconds: 1, retryAfterSeconds: 1 };
