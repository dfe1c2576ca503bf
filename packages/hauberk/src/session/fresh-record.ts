import { contextOf } from "../internal/context.ts";
import { detach } from "../internal/detach.ts";
import { randomText } from "../internal/random.ts";
import type { SessionRecord } from "./record.ts";
import type { SessionState } from "./state.ts";

/** A record that starts now. The absolute lifetime is counted from here. */
export function freshRecord(
  state: SessionState,
  userId: string | undefined,
  userEpoch: number,
  data: string,
): SessionRecord {
  const { policy, nowMs } = state.runtime;
  const now = nowMs();
  const context = contextOf(state.req);
  return {
    version: 1,
    createdAtMs: now,
    idleExpiresAtMs: now + policy.idleMs,
    absoluteExpiresAtMs: now + policy.absoluteMs,
    userId,
    userEpoch,
    handle: randomText(12),
    startedFrom: {
      // Behind a proxy a piece of X-Forwarded-For.
      address: detach(context.clientAddress),
      userAgent: detach((state.req.headers["user-agent"] ?? "").slice(0, 256)),
    },
    data,
  };
}
