import { promised } from "../../session/express-call.ts";
import type { Session, SessionRequest } from "./session.ts";

/** Does the work behind a session's methods. */
export interface Keeper {
  save(session: Session): Promise<void>;
  reload(session: Session): Promise<void>;
  destroy(session: Session): Promise<void>;
  regenerate(): Promise<void>;
}

/** Kept apart from the request, so that a session's data can never reach it. */
const keepers = new WeakMap<object, Keeper>();

export function register(req: SessionRequest, keeper: Keeper): void {
  keepers.set(req, keeper);
}

/** The middleware's, or for a session of `store.load()` the store itself. */
export function keeperOf(req: SessionRequest): Keeper {
  return keepers.get(req) ?? detached(req);
}

function detached(req: SessionRequest): Keeper {
  const store = req.sessionStore;
  if (store === undefined) throw new Error("This session has neither a request nor a store.");
  return {
    save: async (session) => void (await promised((done) => store.set(session.id, session, done))),
    destroy: async ({ id }) => void (await promised((done) => store.destroy(id, done))),
    reload: () => Promise.reject(new Error("reload() needs the request of the session.")),
    regenerate: () => Promise.reject(new Error("regenerate() needs the request of the session.")),
  };
}
