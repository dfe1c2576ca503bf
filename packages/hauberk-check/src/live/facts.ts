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

export type AnswerClass = "page" | "not-found" | "bad-request" | "redirect" | "static" | "options" | "post";

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
  readonly crossOrigin: readonly {
    readonly url: string;
    readonly contentType: string;
    readonly status: number;
    readonly control: number;
  }[];
  readonly trace: Answer | undefined;
  readonly failures: readonly string[];
}
