import type { IncomingMessage } from "node:http";
import { emitRequestEvent } from "../events/index.ts";
import { contextOf } from "../internal/context.ts";
import { cookieValues } from "../internal/cookie.ts";
import { rememberForConnection } from "../internal/remember.ts";
import { decodeData, isSameFlat, type SessionValues } from "./data.ts";
import { isSessionId, keyOf } from "./id.ts";
import type { OutagePolicy, SessionPolicy } from "./options.ts";
import { isExpired, isMark, type SessionRecord } from "./record.ts";
import { validateData } from "./schema.ts";
import { Session } from "./session.ts";
import { recordOrNothing, type StoreGuard } from "./store-guard.ts";
import { whenDone, type MaybePromise } from "./store.ts";

const keyOnConnection = rememberForConnection(keyOf);
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
  /** Where the session of the presented id went: the browser has a newer cookie, which must not be overwritten. */
  movedTo: string | undefined = undefined;
  /** Where the store has something that is no session here: it may be one to a process of another version. */
  refusedKey: string | undefined = undefined;
  /** Why nobody knows whose request this is. */
  loadFailure: Error | undefined = undefined;
  /** What a page gets while the store fails. */
  outage: OutagePolicy;
  #session: Session | undefined = undefined;
  /** What `req.session` was made with, exactly as the record had it, and the record's text. */
  #openedWith: SessionValues | undefined = undefined;
  #openedFrom: string | undefined = undefined;

  constructor(req: IncomingMessage, runtime: SessionRuntime) {
    this.req = req;
    this.runtime = runtime;
    this.outage = runtime.policy.whenStoreFails;
    const values = cookieValues(req.headers.cookie, runtime.policy.cookieName);
    const [only] = values;
    this.presentedId = values.length === 1 && only !== undefined && isSessionId(only) ? only : undefined;
    this.cookieRejected = values.length > 0 && this.presentedId === undefined;
  }

  /** Finds the session of the presented id. Unknown, expired or broken ones leave a visitor without a session. */
  load(): MaybePromise<void> {
    if (this.cookieRejected) this.#reject("repeated-or-malformed");
    if (this.presentedId === undefined) return;
    const key = keyOnConnection(this.req.socket, this.presentedId);
    return whenDone(this.runtime.store.get(key), (found) => this.#adopt(key, found));
  }

  #adopt(key: string, found: SessionRecord | undefined): MaybePromise<void> {
    const record = recordOrNothing(found);
    if (record === undefined) return;
    if (record === "broken") {
      this.refusedKey = key;
      return this.#reject("corrupt-record");
    }
    const { policy, nowMs } = this.runtime;
    if (isExpired(record, nowMs(), policy.absoluteMs)) return this.#discard(key, record);
    if (isMark(record)) this.movedTo = record.data;
    else this.#take(key, record);
  }

  #take(key: string, record: SessionRecord): void {
    this.key = key;
    this.record = record;
  }

  #discard(key: string, record: SessionRecord): MaybePromise<void> {
    return whenDone(this.runtime.store.destroy(key), () => {
      if (!isMark(record)) emitRequestEvent("session.ended", this.req, { because: "expired" });
    });
  }

  #reject(because: string): void {
    emitRequestEvent("session.cookie-rejected", this.req, { because });
  }

  /** What was read from the store, parsed anew: `req.session.cart.push()` must not change the other side of the comparison. */
  get base(): SessionValues {
    return (this.record === undefined ? undefined : decodeData(this.record.data)) ?? NO_VALUES;
  }

  /** The object behind `req.session`, made when the application first asks for it. */
  get session(): Session {
    if (this.loadFailure !== undefined && this.outage === "refuse") throw this.loadFailure;
    this.#session ??= this.#open();
    return this.#session;
  }

  /** The application's data as it stands now. */
  get values(): SessionValues {
    return Object.fromEntries(Object.entries(this.session));
  }

  get opened(): Session | undefined {
    return this.#session;
  }

  #open(): Session {
    const session = new Session(this);
    const values = this.record === undefined ? NO_VALUES : this.#read(this.record.data);
    if (values === undefined) {
      // Data nobody here wrote: its owner is as uncertain as its content, so the visitor starts anew.
      this.#reject("corrupt-record");
      this.refusedKey = this.key;
      this.become(undefined, undefined);
      return session;
    }
    Object.assign(session, values);
    // A schema may have made other values of them, which are to be saved.
    if (this.runtime.policy.schema === undefined) {
      this.#openedWith = values;
      this.#openedFrom = this.record?.data;
    }
    return session;
  }

  /** True when a glance says that nothing was changed; false when the values have to be written out to tell. */
  get isUntouched(): boolean {
    const { record } = this;
    if (record === undefined || record.data !== this.#openedFrom) return false;
    return isSameFlat(this.#openedWith ?? NO_VALUES, this.session);
  }

  #read(text: string): SessionValues | undefined {
    const values = decodeData(text);
    return values === undefined ? undefined : validateData(values, this.runtime.policy.schema);
  }

  /** Continues with another record: after a save, a login, a rotation or a merge. */
  become(key: string | undefined, record: SessionRecord | undefined): void {
    this.key = key;
    this.record = record;
  }

  /** Makes the values of `req.session` these: after a merge with another request, or once only some are kept. */
  show(values: SessionValues): void {
    const session = this.session;
    // Not `in`: a key called "isPrototypeOf" is in every object, and would survive a login and a logout.
    for (const key of Object.keys(session))
      if (!Object.hasOwn(values, key)) Reflect.deleteProperty(session, key);
    for (const [key, value] of Object.entries(values)) Reflect.set(session, key, value);
  }

  /** Gives the request a new, empty `req.session`; who holds the old object still sees what was in it. */
  renew(): void {
    this.#session = new Session(this);
  }

  /** @throws {Error} when the answer has begun: the browser could not be told the new id, and nobody would own the session */
  assertCookieCanBeSent(call: string): void {
    if (contextOf(this.req).phase === "open") return;
    throw new Error(
      `${call}: the answer has begun, so the cookie cannot be sent. Call it before res.send().`,
    );
  }
}
