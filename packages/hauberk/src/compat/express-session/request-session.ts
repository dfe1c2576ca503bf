import type { ServerResponse } from "node:http";
import { serialize } from "cookie";
import { refusal } from "../../errors/refusal.ts";
import { emitRequestEvent } from "../../events/index.ts";
import { mergeData, type SessionValues } from "../../session/data.ts";
import { promised } from "../../session/express-call.ts";
import { Cookie } from "./cookie.ts";
import { decideAnswer } from "./decide.ts";
import type { HashedStore } from "./hashed-store.ts";
import type { Policy } from "./options.ts";
import { schemeOf } from "./request.ts";
import { Session, takeOver, textOf, type SessionRequest } from "./session.ts";
import { sign } from "./signature.ts";
import { createSession } from "./store.ts";

/** One request's session between the look-up and the last byte. */
export class RequestSession {
  readonly #req: SessionRequest;
  readonly #policy: Policy;
  readonly #store: HashedStore;
  readonly #secrets: readonly string[];
  readonly #cookieId: string | undefined;
  #originalId = "";
  #originalText = "";
  #savedText: string | undefined;
  /** What the store had when it was last read or written by this request: the common ground of a merge. */
  #base: { readonly id: string; readonly text: string } | undefined;
  /** The session was ended by another request; what this one wants to keep dies with it. */
  #droppedId: string | undefined;
  #cookieLine: string | undefined;
  #sentId: unknown;

  constructor(
    req: SessionRequest,
    given: {
      readonly policy: Policy;
      readonly store: HashedStore;
      readonly secrets: readonly string[];
      readonly cookieId: string | undefined;
    },
  ) {
    this.#req = req;
    this.#policy = given.policy;
    this.#store = given.store;
    this.#secrets = given.secrets;
    this.#cookieId = given.cookieId;
  }

  /** Finds the session of the cookie, or makes a new one. */
  async load(): Promise<void> {
    const id = this.#cookieId;
    const found = id === undefined ? undefined : await this.#store.read(id);
    if (id === undefined || found === undefined) return this.start();
    const session = createSession(this.#req, found);
    this.#originalId = id;
    this.#originalText = textOf(session);
    if (!this.#policy.resave) this.#savedText = this.#originalText;
    this.#base = { id, text: textOf(found) };
  }

  /** A new session, as at the beginning of a visitor's first request. */
  start(): void {
    const session = this.generate();
    this.#originalId = session.id;
    this.#originalText = textOf(session);
  }

  generate(): Session {
    const req = this.#req;
    req.sessionID = this.#policy.generateId(req);
    const session = new Session(req);
    session.cookie = this.#newCookie();
    req.session = session;
    return session;
  }

  #newCookie(): Cookie {
    const options = this.#policy.cookieOf(this.#req);
    const cookie = new Cookie(options);
    const secure = schemeOf(this.#req, this.#policy.proxy);
    if (options.secure === "auto") cookie.secure = secure;
    if (options.sameSite === "auto") cookie.sameSite = secure ? "none" : "lax";
    return cookie;
  }

  /**
   * Writes a session. What another request wrote meanwhile is kept, but for the keys changed here; what another request
   * ended stays ended.
   */
  async save(session: Session): Promise<void> {
    const { id } = session;
    if (this.#droppedId === id) return;
    await this.#store.alone(id, async () => {
      if (this.#base?.id === id && !(await this.#rebase(session, this.#base.text))) return this.#drop(id);
      const isNew = this.#base?.id !== id;
      await this.#store.write(id, session);
      const text = textOf(session);
      this.#savedText = text;
      this.#base = { id, text };
      if (isNew) emitRequestEvent("session.started", this.#req, { because: "saved" });
    });
  }

  /** False when there is nothing to write to any more. */
  async #rebase(session: Session, baseText: string): Promise<boolean> {
    const found = await this.#store.read(session.id);
    if (found === undefined) return false;
    const theirs = textOf(found);
    if (theirs === baseText) return true;
    const [base, mine] = [valuesOf(baseText), valuesOf(textOf(session))];
    const merged = mergeData(base, mine, valuesOf(theirs));
    for (const key of Object.keys(session))
      if (key !== "cookie" && !Object.hasOwn(merged, key)) Reflect.deleteProperty(session, key);
    takeOver(session, merged);
    return true;
  }

  #drop(id: string): void {
    this.#droppedId = id;
    emitRequestEvent("session.write-dropped", this.#req, { because: "session-ended-meanwhile" });
  }

  async reload({ id }: Session): Promise<void> {
    const found = await this.#store.read(id);
    if (found === undefined) throw new Error("failed to load session");
    createSession(this.#req, found);
    this.#base = { id, text: textOf(found) };
  }

  async destroy({ id }: Session): Promise<void> {
    delete this.#req.session;
    await this.#end(id);
  }

  /** The old session is ended first; when that fails the new one is there all the same, as with express-session. */
  async regenerate(): Promise<void> {
    try {
      await this.#end(String(this.#req.sessionID));
    } finally {
      this.generate();
    }
  }

  async #end(id: string): Promise<void> {
    await this.#store.alone(id, async () => this.#store.remove(id));
    if (id === this.#cookieId) emitRequestEvent("session.ended", this.#req, { because: "destroyed" });
  }

  /** What has to be done before the first byte of the answer. */
  async commit(): Promise<void> {
    const session = await this.#settle(true);
    if (session === undefined || this.#droppedId === session.id) return;
    const { name, proxy } = this.#policy;
    if (Boolean(session.cookie.secure) && !schemeOf(this.#req, proxy)) return;
    const signed = `s:${sign(session.id, this.#secrets[0] ?? "")}`;
    this.#cookieLine = serialize(name, signed, session.cookie.data as Parameters<typeof serialize>[2]);
  }

  /**
   * What has to be done before the last byte: a page that streams may still change its session. A new one is too late:
   * nobody would get its cookie.
   */
  async finish(): Promise<void> {
    if (this.#req.sessionID !== this.#cookieId && this.#sentId !== this.#req.sessionID) return;
    await this.#settle(false);
  }

  /** Saves, touches or ends the session; returns it when its cookie is to be sent. */
  async #settle(first: boolean): Promise<Session | undefined> {
    const { session, sessionID } = this.#req;
    if (session === undefined || session === null) {
      if (this.#policy.unsetDestroy && typeof sessionID === "string") await this.#write(this.#end(sessionID));
      return undefined;
    }
    if (typeof sessionID !== "string") return undefined;
    const verdict = decideAnswer(this.#facts(session, sessionID), this.#policy);
    if (first) session.touch();
    if (verdict.write === "save") await this.#write(saved(session));
    else if (first && verdict.write === "touch") await this.#touch(session);
    if (!verdict.setCookie) return undefined;
    this.#sentId = sessionID;
    return session;
  }

  #facts(session: Session, sessionId: string): Parameters<typeof decideAnswer>[0] {
    return {
      cookieId: this.#cookieId,
      sessionId,
      originalId: this.#originalId,
      originalText: this.#originalText,
      savedText: this.#savedText,
      text: textOf(session),
      expires: session.cookie.expires !== undefined && session.cookie.expires !== null,
    };
  }

  /**
   * Some stores touch by writing all they are given. So they are given what is stored now, and nothing once it has ended: what
   * this request read may be of before a logout. A page that only read its session is not refused because its end could
   * not be moved.
   */
  async #touch({ id, cookie }: Session): Promise<void> {
    try {
      await this.#store.alone(id, async () => {
        const found = await this.#store.read(id);
        if (found !== undefined) await this.#store.touch(id, { ...found, cookie });
      });
    } catch {
      // session.store-failed has been sent.
    }
  }

  async #write(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (cause) {
      throw refusal("SESSION_STORE_FAILED", { because: "not saved", cause, headers: { "Retry-After": "2" } });
    }
  }

  /** Puts the cookie into the answer, once its head is about to be written. */
  writeCookie(res: ServerResponse): void {
    if (this.#cookieLine !== undefined) res.appendHeader("Set-Cookie", this.#cookieLine);
    this.#cookieLine = undefined;
  }
}

/** By the callback: applications put their own `save` on a session, and those call back. */
async function saved(session: Session): Promise<void> {
  await promised((done) => session.save(done));
}

function valuesOf(text: string): SessionValues {
  return JSON.parse(text) as SessionValues;
}
