import type { RequestHandler } from "express";
import { refuse } from "../errors/refuse.ts";
import { contextOf } from "../internal/context.ts";
import { decideGcra, type GcraResult } from "./gcra.ts";
import { addressKey } from "./key.ts";
import type { LimitPolicy } from "./options.ts";

/** Counts requests by address, in this process. */
export function createLimitMiddleware(policy: LimitPolicy): RequestHandler {
  const arrivals = new Map<string, number>();
  return function limitMiddleware(req, _res, next) {
    const result = count(arrivals, addressKey(contextOf(req).clientAddress), policy);
    if (result.allow) return next();
    refuse(req, next, "limit.refused", "RATE_LIMITED", "address", {
      headers: {
        "Retry-After": String(result.retryAfterSeconds),
        "RateLimit-Policy": policy.policyField,
        RateLimit: `"address";r=0;t=${result.retryAfterSeconds}`,
      },
    });
  };
}

/** A Map keeps the order of writes: its first key is the one seen longest ago. */
function count(arrivals: Map<string, number>, key: string, policy: LimitPolicy): GcraResult {
  const result = decideGcra(arrivals.get(key), Date.now(), policy.rate);
  arrivals.delete(key);
  arrivals.set(key, result.tatMs);
  if (arrivals.size > policy.maxKeys) {
    for (const oldest of arrivals.keys()) {
      arrivals.delete(oldest);
      break;
    }
  }
  return result;
}
