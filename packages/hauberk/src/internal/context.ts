import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { BodyState } from "../body/middleware.ts";
import type { Query, QueryPolicy } from "../body/query.ts";
import type { RenderErrorPage } from "../errors/respond.ts";
import type { CompiledCsp, HeaderPolicy } from "../headers/build.ts";
import type { ExtensibleApplication } from "./express-internals.ts";
import type { HeaderList } from "./header-list.ts";
import type { SessionState } from "../session/state.ts";
import type { MaybePromise } from "../session/store.ts";
import { randomNonce, randomText } from "./random.ts";

/** Where an answer stands between the route that wrote it and the wire. See session/commit.ts. */
export type AnswerPhase = "open" | "committing" | "committed" | "replaced";

/** Everything the pipeline knows about one request: one object with fixed fields, made before the first middleware. */
export class RequestContext {
  /** What the request line said, before anything could rewrite `req.method`. */
  readonly method: string;
  /** Another safe method that a route gave a safe request. */
  overriddenMethod: string | undefined = undefined;
  scheme: "http" | "https";
  clientAddress = "";
  /** The configured origin that this request was sent to, such as `https://app.example`. */
  canonicalOrigin = "";
  /** Where redirects may lead; undefined when origin/ is not in use, and nothing is known. */
  redirects: ReadonlySet<string> | undefined = undefined;
  phase: AnswerPhase = "open";
  session: SessionState | undefined = undefined;
  /** True once the session's last save of this request was begun, or its first one failed: nothing is saved after it. */
  isSettled = false;
  /** What another kind of session has to do before the first byte; set by compat/. */
  commit: (() => MaybePromise<void>) | undefined = undefined;
  /** Request headers the answer depends on; see vary.ts. */
  vary: string[] | undefined = undefined;
  /** True once the answer depends on who asks, or hands out something personal: it must not be stored by a cache. */
  personal = false;
  /** Why the headers alone could not tell whether a request is forged; the token decides once the body is read. */
  csrfUndecided: string | undefined = undefined;
  /** What the pipeline found in the body; undefined when there was none it reads. */
  body: BodyState | undefined = undefined;
  /** How this app's query strings are read; undefined means by the defaults. */
  queryPolicy: QueryPolicy | undefined = undefined;
  /** What `req.query` gave, once a route has asked. */
  query: Query | undefined = undefined;
  /**
   * Makes a token for an answer's forms; set by csrf/. One function for all requests: V8 keeps a whole request alive with
   * a closure of its own, and a third of the time went to collecting them.
   */
  issueCsrfToken: ((req: IncomingMessage, form?: string) => string) | undefined = undefined;
  /** The value of the cookie a visitor without a session is being given. */
  csrfVisitor: string | undefined = undefined;
  /** The protected app; undefined when only single parts are in use. */
  app: ExtensibleApplication | undefined = undefined;
  /** What `req.res` gives; see adopt.ts. */
  response: ServerResponse | undefined = undefined;
  /** The headers of this app's answers; undefined when only single parts are in use. */
  headers: HeaderPolicy | undefined = undefined;
  /** The policy of this route, where it has one of its own. */
  csp: CompiledCsp | undefined = undefined;
  /** The headers set so far; undefined where Node keeps them. See header-list.ts. */
  outgoing: HeaderList | undefined = undefined;
  /** The application's own error page. */
  renderErrorPage: RenderErrorPage | undefined = undefined;
  /** Set for static files: cacheable, so without a nonce. */
  isStatic = false;
  clearSiteData = false;
  /** Calls on the response that wait for the session to be saved. */
  held: (() => unknown)[] | undefined = undefined;
  /** Undoes what keeps a waiting answer as it is. */
  unseal: () => void = nothing;
  /** The error an event was already sent for. */
  reported: unknown = undefined;
  #cookies: string[] | undefined = undefined;
  #requestId = "";
  #nonce = "";

  constructor(method: string, encrypted: boolean) {
    this.method = method;
    this.scheme = encrypted ? "https" : "http";
  }

  /** A Set-Cookie line of the toolkit's own, put into the answer just before its head is written. */
  addCookie(line: string): void {
    (this.#cookies ??= []).push(line);
    this.personal = true;
  }

  get cookies(): readonly string[] {
    return this.#cookies ?? NO_COOKIES;
  }

  dropCookies(): void {
    this.#cookies = undefined;
  }

  /** Made here, never taken from the client: an id from outside could forge or hide log lines. */
  get requestId(): string {
    if (this.#requestId === "") this.#requestId = randomText(16);
    return this.#requestId;
  }

  /** True once somebody has asked for the nonce: it may be in the body. */
  get hasNonce(): boolean {
    return this.#nonce !== "";
  }

  /** 144 random bits, another value in every answer. */
  get cspNonce(): string {
    if (this.#nonce === "") this.#nonce = randomNonce();
    return this.#nonce;
  }
}

const NO_COOKIES: readonly string[] = [];

function nothing(): void {
  // An answer that never had to wait has nothing to undo.
}

const CONTEXT: unique symbol = Symbol("hauberk.context");

interface WithContext {
  [CONTEXT]?: RequestContext;
}

export function attachContext(req: IncomingMessage & WithContext): RequestContext {
  const context = new RequestContext(req.method ?? "", (req.socket as Partial<TLSSocket>).encrypted === true);
  context.clientAddress = req.socket.remoteAddress ?? "";
  req[CONTEXT] = context;
  return context;
}

/** The context of a request; made here for parts that are used without hauberk(). */
export function contextOf(req: IncomingMessage & WithContext): RequestContext {
  return req[CONTEXT] ?? attachContext(req);
}

export function findContext(req: IncomingMessage & WithContext): RequestContext | undefined {
  return req[CONTEXT];
}
