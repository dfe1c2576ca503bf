import { emitEvent } from "../../events/index.ts";
import type { StoreCallback } from "../../session/express-call.ts";
import { LateWrites } from "../../session/express-late.ts";
import { OpenReads } from "../../session/express-reads.ts";
import { keyOf } from "../../session/id.ts";
import type { CookieOptions } from "./cookie.ts";

/** What comes out of a store: JSON, so dates are texts. */
export interface StoredData {
  readonly cookie: CookieOptions;
  readonly [key: string]: unknown;
}

/** The methods of an express-session store that are used here. */
export interface InnerStore {
  get(sid: string, callback: StoreCallback): unknown;
  set(sid: string, session: never, callback: StoreCallback): unknown;
  destroy(sid: string, callback: StoreCallback): unknown;
  touch?(sid: string, session: never, callback: StoreCallback): unknown;
}

const KEY = /^sha256-[0-9a-f]{64}$/;

/**
 * What the store files a session under: the hash of its id, so that whoever reads the store cannot make a cookie of it.
 * A key, as `store.all()` tells it, is left as it is.
 */
function storeKey(sid: string): string {
  return isStoreKey(sid) ? sid : `sha256-${keyOf(sid)}`;
}

/** No cookie may carry one: read in the store, it would open the session. */
export function isStoreKey(sid: string): boolean {
  return KEY.test(sid);
}

/** A store of the user's, called by promises, with hashed ids, a deadline, and one writer per session at a time. */
export class HashedStore {
  readonly inner: InnerStore;
  readonly #late = new LateWrites();
  readonly #reads = new OpenReads();

  constructor(inner: InnerStore) {
    this.inner = inner;
  }

  /** Nothing for a record without a cookie, or whose cookie is over: the store's own clock is not trusted. */
  async read(sid: string): Promise<StoredData | undefined> {
    const key = storeKey(sid);
    const stored = await this.#told(
      "get",
      this.#reads.ask((done) => this.inner.get(key, done)),
    );
    // What the store has no more stays gone: another process may have ended it.
    if (stored === undefined || stored === null) return undefined;
    const known = this.#late.answerFor(key);
    const found = known ? known.read() : stored;
    return isAlive(found) ? found : undefined;
  }

  async write(sid: string, session: object): Promise<void> {
    const key = storeKey(sid);
    const untilMs = endOf(session);
    await this.#write("set", key, untilMs, (done) => this.inner.set(key, plain(session), done));
    this.#late.confirmed(key, () => {
      // As it is now: the request goes on with its session.
      const text = JSON.stringify(plain(session));
      const read = (): object => JSON.parse(text) as object;
      return { read, write: async () => this.write(sid, read()), untilMs };
    });
  }

  async remove(sid: string): Promise<void> {
    const key = storeKey(sid);
    await this.#write("destroy", key, 0, (done) => this.inner.destroy(key, done));
    this.#late.confirmed(key, () => ({
      read: () => undefined,
      write: async () => this.remove(sid),
      untilMs: 0,
    }));
  }

  async touch(sid: string, session: object): Promise<void> {
    const { inner } = this;
    if (typeof inner.touch !== "function") return;
    const key = storeKey(sid);
    // Some stores touch by writing the whole session.
    await this.#write("touch", key, endOf(session), (done) => inner.touch?.(key, plain(session), done));
  }

  /** Nothing else is written to this session, by this process, while the work runs. */
  async alone<T>(sid: string, work: () => Promise<T>): Promise<T> {
    return this.#late.inTurn(storeKey(sid), work);
  }

  async #write(
    name: string,
    key: string,
    untilMs: number,
    call: (done: StoreCallback) => unknown,
  ): Promise<void> {
    await this.#told(name, this.#late.ask(key, untilMs, call));
  }

  async #told<T>(because: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      emitEvent("session.store-failed", { because, error });
      throw error;
    }
  }
}

/** When the session of such a cookie is over; a cookie without an end has a session without one. */
function endOf(session: object): number {
  const { cookie } = session as Partial<StoredData>;
  const { expires } = cookie ?? {};
  return expires === undefined || expires === null ? Infinity : new Date(expires).valueOf();
}

/** Without `id` and `req`: the id must not get into a store that writes more than the JSON of what it is given. */
function plain(session: object): never {
  return { ...session } as never;
}

function isAlive(found: unknown): found is StoredData {
  if (typeof found !== "object" || found === null) return false;
  const { cookie } = found as Partial<StoredData>;
  if (typeof cookie !== "object" || cookie === null) return false;
  if (cookie.expires === undefined || cookie.expires === null) return true;
  // Written so that a date nobody can read counts as over.
  return Date.now() < new Date(cookie.expires).valueOf();
}
