import type { IncomingMessage } from "node:http";
import { emitRequestEvent } from "../events/index.ts";
import { cookieValues } from "../internal/cookie.ts";
import { decodeData, type SessionValues } from "./data.ts";
import { isSessionId, keyOf } from "./id.ts";
import type { SessionPolicy } from "./options.ts";
import { isExpired, type SessionRecord } from "./record.ts";
import { Session } from "./session.ts";
import type { StoreGuard } from "./store-guard.ts";
import { whenDone, type MaybePromise } from "./store.ts";

const NO_VALUES: SessionValues = Object.freeze(Object.create(null) as SessionValues);

/** What all requests of an app share about sessions. */
export interface SessionRuntime {
  readonly policy: SessionPolicy;
  readonly store: StoreGuard;
  readonly nowMs: () => number;
}

/** One request's session between the look-up and the answer. `req.session` is a view of it. */
export class SessionState {
  readonly runtime: SessionRuntime;
  readonly req: IncomingMessage;
  /** The cookie's value when it had the form of an id, valid session or not. */
  readonly presentedId: string | undefined;
  /** True when cookies came that cannot be a session: more than one, or malformed. */
  readonly cookieRejected: boolean;
  key: string | undefined = undefined;
  record: SessionRecord | undefined = undefined;
  /** The id to send to the browser with the answer; set when a session is started or rotated. */
  newId: string | undefined = undefined;
  /** Set once this request ended the session it came with. */
  ended = false;
  #base: SessionValues = NO_VALUES;
  #session: Session | undefined = undefined;

  constructor(req: IncomingMessage, runtime: SessionRuntime) {
    this.req = req;
    this.runtime = runtime;
    const values = cookieValues(req.headers.cookie, runtime.policy.cookieName);
    const [only] = values;
    this.presentedId = values.length === 1 && only !== undefined && isSessionId(only) ? only : undefined;
    this.cookieRejected = values.length > 0 && this.presentedId === undefined;
  }

  /** Finds the session of the presented id. Unknown, expired or broken ones leave a visitor without a session. */
  load(): MaybePromise<void> {
    if (this.cookieRejected)
      emitRequestEvent("session.cookie-rejected", this.req, { because: "repeated-or-malformed" });
    if (this.presentedId === undefined) return;
    const key = keyOf(this.presentedId);
    return whenDone(this.runtime.store.get(key), (record) => this.#adopt(key, record));
  }

  #adopt(key: string, record: SessionRecord | undefined): MaybePromise<void> {
    if (record === undefined) return;
    const { policy, nowMs } = this.runtime;
    if (isExpired(record, nowMs(), policy.absoluteMs)) return this.#discard(key, "expired");
    this.key = key;
    this.record = record;
  }

  #discard(key: string, because: string): MaybePromise<void> {
    return whenDone(this.runtime.store.destroy(key), () => {
      emitRequestEvent("session.ended", this.req, { because });
    });
  }

  /** What was read from the store; the other side of every comparison. */
  get base(): SessionValues {
    return this.#base;
  }

  /** The object behind `req.session`, made when the application first asks for it. */
  get session(): Session {
    this.#session ??= this.#open();
    return this.#session;
  }

  get opened(): Session | undefined {
    return this.#session;
  }

  #open(): Session {
    const session = new Session(this);
    const values = this.record === undefined ? NO_VALUES : decodeData(this.record.data);
    if (values === undefined) {
      // Data nobody here wrote: its owner is as uncertain as its content, so the visitor starts anew.
      emitRequestEvent("session.cookie-rejected", this.req, { because: "corrupt-record" });
      this.key = undefined;
      this.record = undefined;
      return session;
    }
    this.#base = values;
    Object.assign(session, values);
    return session;
  }

  /** Continues with another record: after a login, a rotation or a merge. */
  become(key: string | undefined, record: SessionRecord | undefined): void {
    this.key = key;
    this.record = record;
    this.#base = (record === undefined ? undefined : decodeData(record.data)) ?? NO_VALUES;
  }

  /** Shows this request what another one saved, once both have been merged. */
  absorb(merged: SessionValues): void {
    if (this.#session === undefined || this.record === undefined) return;
    for (const [key, value] of Object.entries(merged)) {
      if (!(key in this.#session)) Reflect.set(this.#session, key, value);
    }
  }
}
