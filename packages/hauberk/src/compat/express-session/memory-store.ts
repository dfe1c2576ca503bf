import { Store } from "./store.ts";

type Callback = (error?: unknown, result?: unknown) => void;

/** express-session's grows until the process ends. */
const MAX_SESSIONS = 100_000;

/** Keeps sessions in this process, the newest hundred thousand: for tests and for trying things out. */
export class MemoryStore extends Store {
  readonly #sessions = new Map<string, string>();

  override get(sid: string, callback: Callback): void {
    setImmediate(callback, null, this.#read(sid));
  }

  override set(sid: string, session: object, callback?: Callback): void {
    this.#sessions.delete(sid);
    this.#sessions.set(sid, JSON.stringify(session));
    if (this.#sessions.size > MAX_SESSIONS) this.#dropOldest();
    answer(callback);
  }

  /** Many at once: a walk from the start passes all that were deleted before. */
  #dropOldest(): void {
    let left = MAX_SESSIONS / 100;
    for (const sid of this.#sessions.keys()) {
      this.#sessions.delete(sid);
      if (--left === 0) return;
    }
  }

  override destroy(sid: string, callback?: Callback): void {
    this.#sessions.delete(sid);
    answer(callback);
  }

  override touch(sid: string, session: object, callback?: Callback): void {
    const current = this.#read(sid);
    const { cookie } = session as { readonly cookie?: unknown };
    if (current !== undefined) this.#sessions.set(sid, JSON.stringify({ ...current, cookie }));
    answer(callback);
  }

  all(callback?: Callback): void {
    const found: Record<string, object> = Object.create(null) as Record<string, object>;
    for (const sid of this.#sessions.keys()) {
      const session = this.#read(sid);
      if (session !== undefined) found[sid] = session;
    }
    if (callback !== undefined) setImmediate(callback, null, found);
  }

  clear(callback?: Callback): void {
    this.#sessions.clear();
    answer(callback);
  }

  length(callback: Callback): void {
    this.all((_error, found) => callback(null, Object.keys(found as object).length));
  }

  #read(sid: string): object | undefined {
    const text = this.#sessions.get(sid);
    if (text === undefined) return undefined;
    const session = JSON.parse(text) as { readonly cookie?: { readonly expires?: string | null } };
    const expires = session.cookie?.expires;
    if (typeof expires !== "string" || new Date(expires).valueOf() > Date.now()) return session;
    this.#sessions.delete(sid);
    return undefined;
  }
}

function answer(callback: Callback | undefined): void {
  if (callback !== undefined) setImmediate(callback);
}
