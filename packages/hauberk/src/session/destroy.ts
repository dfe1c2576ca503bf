import { refusal } from "../errors/refusal.ts";
import { isMark, MAX_MOVES, type SessionRecord } from "./record.ts";
import type { StoreGuard } from "./store-guard.ts";

/**
 * Ends the session under a key, or wherever it went from there.
 *
 * A logout that was on its way while another request rotated the id would otherwise end the mark and not the session.
 */
export async function destroyWhereItWent(
  store: Pick<StoreGuard, "destroy">,
  key: string,
  moves: number = MAX_MOVES,
): Promise<SessionRecord | undefined> {
  const removed = await store.destroy(key);
  if (removed === undefined || !isMark(removed)) return removed;
  // Nobody can say that it ended.
  if (moves === 0) throw refusal("SESSION_CONFLICT", { because: `moved ${MAX_MOVES} times` });
  return destroyWhereItWent(store, removed.data, moves - 1);
}
