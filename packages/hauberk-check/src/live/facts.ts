import type { SocketVerdict } from "./sockets.ts";
import type { TlsFacts } from "./tls-facts.ts";

/** One answer of the running app. */
export interface Answer {
  readonly url: string;
  readonly method: string;
  readonly status: number;
  /** Lower-case names; repeated headers joined except Set-Cookie. */
  readonly headers: ReadonlyMap<string, string>;
  readonly cookies: readonly SeenCookie[];
  readonly body: string;
  readonly ms: number;
}

export interface SeenCookie {
  readonly name: string;
  readonly valueLength: number;
  readonly attributes: ReadonlyMap<string, string>;
  /** The signature matches a secret from the tutorials. */
  readonly knownSecret: boolean;
}

export type AnswerClass =
  | "page"
  | "not-found"
  | "bad-request"
  | "server-error"
  | "parser-error"
  | "redirect"
  | "static"
  | "options"
  | "post";

/** What the probes learned; a probe that failed left nothing. */
export interface LiveFacts {
  readonly origin: string;
  readonly isHttps: boolean;
  readonly classes: ReadonlyMap<AnswerClass, Answer>;
  readonly answers: readonly Answer[];
  /** Sensitive paths that answered 200 with content of the right kind. */
  readonly exposed: readonly Answer[];
  readonly hostPoisoned: readonly Answer[];
  readonly forwardedPoisoned: readonly Answer[];
  /** Answers to requests with a foreign Origin, by the Origin sent. */
  readonly cors: readonly { readonly sent: string; readonly answer: Answer }[];
  /** Unsafe requests with a foreign Origin that were processed as if they were the app's own. */
  readonly crossOrigin: readonly CrossOrigin[];
  /** Forms that were refused however another site could send them. */
  readonly refusedForms?: readonly string[];
  readonly trace: Answer | undefined;
  readonly failures: readonly string[];
  /** Paths that are refused in one spelling and answered in another. */
  readonly variants?: readonly PathVariant[];
  /** What signing in and out with test credentials showed. */
  readonly login?: LoginFacts | undefined;
  /** A GET that the app took for another method because it asked to be. */
  readonly overriddenGet?: Answer | undefined;
  /** What became of many wrong passwords in a row. */
  readonly guessing?: GuessingFacts | undefined;
  /** Redirects that lead to a site the query named. */
  readonly openRedirects?: readonly Answer[];
  /** Odd input that the app failed at. */
  readonly oddInput?: readonly OddInput[];
  /** What the handshakes showed; `undefined` for plain HTTP. */
  readonly tls?: TlsFacts | undefined;
  /** WebSockets that the app's own page may open. */
  readonly sockets?: readonly { readonly url: string; readonly verdict: SocketVerdict }[];
  /** A Socket.IO server that every site may read. */
  readonly openSocketIo?: string | undefined;
  /** Where a stranger is told the GraphQL schema, and where there is a page to write queries in. */
  readonly graphql?: { readonly schema: readonly Answer[]; readonly consoles: readonly Answer[] };
  /** Answers that call whatever function the query names. */
  readonly wrapped?: readonly Answer[];
  /** Pages about the inside of the app that a stranger was shown. */
  readonly internals?: readonly Internal[];
  /** Rules that could not be decided, with the reason. */
  readonly undecided?: readonly { readonly rule: string; readonly reason: string }[];
}

export interface CrossOrigin {
  readonly url: string;
  readonly contentType: string;
  /** What the request had in place of the visitor's own token. */
  readonly token: string;
  readonly status: number;
  /** Status of the same request as the app's own page sends it. */
  readonly control: number;
}

/** A page about the inside of the app. */
export interface Internal {
  readonly kind: "metrics" | "status" | "environment" | "process" | "docs";
  readonly url: string;
}

export interface OddInput {
  /** What stood in the place of an ordinary value. */
  readonly what: string;
  readonly answer: Answer;
}

export interface GuessingFacts {
  readonly url: string;
  /** Wrong passwords sent, up to the one that was stopped. */
  readonly attempts: number;
  /** Status of the last answer. */
  readonly status: number;
  readonly isStopped: boolean;
  /** Another X-Forwarded-For was answered again. */
  readonly isReset: boolean;
}

export interface PathVariant {
  readonly guarded: string;
  readonly guardedStatus: number;
  readonly url: string;
  readonly status: number;
}

export interface LoginFacts {
  readonly url: string;
  /** The session id from before the sign-in is still the one after it. */
  readonly keepsId: boolean | undefined;
  /** The cookie from before the sign-out still opens what needs a sign-in. */
  readonly outlivesLogout: boolean | undefined;
  readonly logoutUrl: string | undefined;
  /** Cookies without which what needs a sign-in is refused. */
  readonly cookies: readonly string[];
}
