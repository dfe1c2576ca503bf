import { refusal } from "../errors/refusal.ts";
import { emitRequestEvent } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import { randomText } from "../internal/random.ts";
import { dropWrite, rebase, writeChanges } from "./commit.ts";
import { encodeForStore, type SessionValues } from "./data.ts";
import { destroyWhereItWent } from "./destroy.ts";
import { freshRecord } from "./fresh-record.ts";
import { keyOf, newSessionId } from "./id.ts";
import { markOf, type MoveReason, type SessionRecord } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { WriteOutcome } from "./store.ts";
import { enforceLimit } from "./user-limit.ts";

/** Two requests that keep taking turns; more than these rounds is not a coincidence. */
const MAX_ROUNDS = 50;

/** Logs a user in: a new record under a new id, with the kept keys only. */
export async function startLogin(
  state: SessionState,
  userId: string,
  keep: readonly string[],
): Promise<void> {
  if (!isUserId(userId))
    throw new TypeError("login(): the user id must be a string of 1 to 512 characters, without NUL.");
  // Of a text, `includes` finds every part: "roles" would keep a visitor's "role".
  if (!Array.isArray(keep) || !keep.every((key) => typeof key === "string"))
    throw new TypeError('login(): "keep" must be a list of keys.');
  await endRefused(state);
  const { store, policy } = state.runtime;
  const epoch = await store.epochOf(userId);
  await moveTo(state, { call: "login()", why: "replaced", whenGone: "insert" }, (values) =>
    freshRecord(state, userId, epoch, encodeForStore(pick(values, keep), policy.limitBytes)),
  );
  state.show(state.base);
  state.ended = false;
  await enforceLimit(state, userId);
  emitRequestEvent("session.started", state.req, { because: "login", userId });
}

/** Gives the session a new id; a session that ended meanwhile stays ended. */
export async function rotateSession(state: SessionState): Promise<void> {
  await saveSession(state);
  if (state.record === undefined) return;
  const { limitBytes } = state.runtime.policy;
  await moveTo(state, { call: "rotate()", why: "rotated", whenGone: "drop" }, (values, record) => ({
    ...(record ?? freshRecord(state, undefined, 0, "{}")),
    version: (record?.version ?? 0) + 1,
    handle: randomText(12),
    data: encodeForStore(values, limitBytes),
  }));
  emitRequestEvent("session.rotated", state.req, userOf(state.record));
}

/** As express-session's: a new id and nothing in it. Nothing is stored for a visitor who had nothing stored. */
export async function regenerateSession(state: SessionState): Promise<void> {
  if (state.key !== undefined) {
    const move: Move = { call: "regenerate()", why: "replaced", whenGone: "drop" };
    await moveTo(state, move, () => freshRecord(state, undefined, 0, "{}"));
    emitRequestEvent("session.rotated", state.req, { because: "regenerate" });
  }
  state.renew();
}

/** What nobody here can read is over with the login all the same: a process of before a deploy might still take it. */
async function endRefused(state: SessionState): Promise<void> {
  const { refusedKey } = state;
  if (refusedKey === undefined) return;
  await destroyWhereItWent(state.runtime.store, refusedKey);
  state.refusedKey = undefined;
}

interface Move {
  readonly call: string;
  readonly why: MoveReason;
  /** A login makes a session whatever became of the old one; a session that ended must not come back by a rotation. */
  readonly whenGone: "insert" | "drop";
}

/**
 * Stores what `make` says under a new id in place of the old one, if there was one, and has the cookie sent.
 * A write of another request in between is merged first.
 */
async function moveTo(
  state: SessionState,
  { call, why, whenGone }: Move,
  make: (values: SessionValues, record: SessionRecord | undefined) => SessionRecord,
): Promise<void> {
  state.assertCookieCanBeSent(call);
  const id = newSessionId();
  const key = keyOf(id);
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const record = make(state.values, state.record);
    // oxlint-disable-next-line no-await-in-loop -- each round needs what the one before found
    const outcome = await place(state, key, record, why);
    if (outcome === "gone" && whenGone === "drop") return dropWrite(state, "session-ended-meanwhile");
    if (outcome === "saved" || outcome === "gone") {
      // oxlint-disable-next-line no-await-in-loop -- the last round
      if (outcome === "gone") await state.runtime.store.insert(key, record);
      state.become(key, record);
      state.newId = id;
      contextOf(state.req).personal = true;
      return;
    }
    // oxlint-disable-next-line no-await-in-loop -- as above
    await rebaseUnlessTaken(state, whenGone);
  }
  throw refusal("SESSION_CONFLICT", { because: call });
}

async function place(
  state: SessionState,
  key: string,
  record: SessionRecord,
  why: MoveReason,
): Promise<WriteOutcome> {
  const { store, nowMs } = state.runtime;
  if (state.key === undefined || state.record === undefined) return "gone";
  return store.replace(state.key, key, record, state.record.version, markOf(key, why, nowMs()));
}

/** A login does not depend on the old session: when that became somebody's meanwhile, it starts from nothing. */
async function rebaseUnlessTaken(state: SessionState, whenGone: "insert" | "drop"): Promise<void> {
  try {
    await rebase(state);
  } catch (error) {
    if (whenGone === "drop" || state.record !== undefined) throw error;
    state.renew();
  }
}

/** Ends the session. Until the store has confirmed it, the cookie stays, so that the user can try again. */
export async function endSession(state: SessionState): Promise<void> {
  const { key, record, movedTo } = state;
  contextOf(state.req).personal = true;
  // Nobody knows which session this is, so nobody can say that it ended.
  if (state.loadFailure !== undefined) throw state.loadFailure;
  const target = key ?? movedTo ?? state.refusedKey;
  if (target !== undefined) await destroyWhereItWent(state.runtime.store, target);
  state.become(undefined, undefined);
  state.show({});
  state.newId = undefined;
  state.ended = true;
  if (target !== undefined)
    emitRequestEvent("session.ended", state.req, { because: "logout", ...userOf(record) });
}

export async function saveSession(state: SessionState): Promise<void> {
  if (state.record === undefined && Object.keys(state.session).length > 0)
    state.assertCookieCanBeSent("save()");
  await writeChanges(state);
}

/** Reads the session again, giving up what was changed here and not saved. */
export async function reloadSession(state: SessionState): Promise<void> {
  state.show(state.base);
  await rebase(state);
}

function pick(values: SessionValues, keep: readonly string[]): SessionValues {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keep.includes(key)));
}

function userOf(record: SessionRecord | undefined): { readonly userId?: string } {
  return record?.userId === undefined ? {} : { userId: record.userId };
}

/** Half a surrogate pair or a NUL comes back from some databases as something else: another user's id. */
function isUserId(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length >= 1 &&
    value.length <= 512 &&
    value.isWellFormed() &&
    !value.includes("\0")
  );
}
