import type { SessionRecord } from "../../src/session/record.ts";

/** A record that lives, for tests. */
export function sampleRecord(changes: Partial<SessionRecord> = {}): SessionRecord {
  const now = Date.now();
  return {
    version: 1,
    createdAtMs: now,
    idleExpiresAtMs: now + 1_800_000,
    absoluteExpiresAtMs: now + 43_200_000,
    userId: undefined,
    userEpoch: 0,
    handle: "handle",
    startedFrom: { address: "127.0.0.1", userAgent: "test" },
    data: "{}",
    ...changes,
  };
}
