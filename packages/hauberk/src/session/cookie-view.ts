import type { SessionRecord } from "./record.ts";
import type { SessionRuntime } from "./state.ts";

/** The part of express-session's `Cookie` that libraries read. */
export interface CookieView {
  readonly path: "/";
  readonly httpOnly: true;
  readonly secure: boolean;
  readonly sameSite: "lax";
  readonly originalMaxAge: number;
  readonly expires: Date;
  /** Milliseconds until the session is over, if nobody uses it. */
  readonly maxAge: number;
}

/** Frozen: `req.session.cookie.maxAge = ...` throws, where it would otherwise change nothing and say nothing. */
export function cookieView(record: SessionRecord | undefined, runtime: SessionRuntime): CookieView {
  const { policy, nowMs } = runtime;
  const now = nowMs();
  const expiresMs = Math.min(
    record?.idleExpiresAtMs ?? now + policy.idleMs,
    record?.absoluteExpiresAtMs ?? Infinity,
  );
  return Object.freeze({
    path: "/",
    httpOnly: true,
    secure: policy.secure,
    sameSite: "lax",
    originalMaxAge: policy.idleMs,
    expires: new Date(expiresMs),
    maxAge: Math.max(0, expiresMs - now),
  });
}
