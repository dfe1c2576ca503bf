import type { StoreCallback } from "../../session/express-call.ts";
import type { HashedStore, StoredData } from "./hashed-store.ts";
import { createSession, type Store } from "./store.ts";
import type { Session, SessionRequest } from "./session.ts";

/**
 * `req.sessionStore`: the user's store, asked by ids where it keeps hashes.
 *
 * `store.destroy(oldSessionId)` and the like go on working; what the store itself offers beyond (`all`, `clear`, events)
 * is passed on.
 */
export function facadeOf(store: HashedStore, generate: (req: SessionRequest) => void): Store {
  const { inner } = store;
  const own: Record<string, unknown> = {
    get: (sid: string, done: StoreCallback) => answer(store.read(sid), done),
    set: (sid: string, session: object, done?: StoreCallback) =>
      answer(
        store.alone(sid, async () => store.write(sid, session)),
        done,
      ),
    destroy: (sid: string, done?: StoreCallback) =>
      answer(
        store.alone(sid, async () => store.remove(sid)),
        done,
      ),
    regenerate: (req: SessionRequest, done: StoreCallback) => {
      const sid = String(req.sessionID);
      const ended = store.alone(sid, async () => store.remove(sid));
      answer(
        ended.finally(() => generate(req)),
        done,
      );
    },
    load: (sid: string, done: StoreCallback) => {
      const req = { sessionID: sid, sessionStore: facade } as unknown as SessionRequest;
      answer(
        store.read(sid).then((found) => (found === undefined ? undefined : createSession(req, found))),
        done,
      );
    },
    createSession: (req: SessionRequest, stored: StoredData) => createSession(req, stored),
    generate,
  };
  if (typeof inner.touch === "function")
    own["touch"] = (sid: string, session: Session, done?: StoreCallback) =>
      answer(
        store.alone(sid, async () => store.touch(sid, session)),
        done,
      );
  const facade = new Proxy(inner, {
    get(target, name) {
      if (typeof name === "string" && Object.hasOwn(own, name)) return own[name];
      const value: unknown = Reflect.get(target, name);
      // Bound: a store with #private fields does not know its proxy.
      return typeof value === "function" && name !== "constructor" ? (value.bind(target) as unknown) : value;
    },
  }) as unknown as Store;
  return facade;
}

function answer(work: Promise<unknown>, done: StoreCallback | undefined): void {
  work.then(
    (result) => process.nextTick(done ?? nobody, null, result),
    (error: unknown) => process.nextTick(done ?? nobody, error),
  );
}

function nobody(): void {
  // session.store-failed has been sent.
}
