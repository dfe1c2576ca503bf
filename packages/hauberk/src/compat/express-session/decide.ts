/** What is known about a session when the answer begins. */
export interface AnswerFacts {
  /** The id the browser sent, signed by us, whether or not there is such a session. */
  readonly cookieId: string | undefined;
  readonly sessionId: string;
  /** The id and the text of the data at the beginning of the request. */
  readonly originalId: string;
  readonly originalText: string;
  /** The text that the store has for certain; undefined when it has to be written in any case. */
  readonly savedText: string | undefined;
  readonly text: string;
  /** The cookie has an end of its own, other than that of the browser. */
  readonly expires: boolean;
}

export interface AnswerPolicy {
  readonly rolling: boolean;
  readonly saveUninitialized: boolean;
}

/** What an answer does with the session: these are express-session's rules, word for word. */
export interface AnswerVerdict {
  readonly write: "save" | "touch" | "nothing";
  readonly setCookie: boolean;
}

/** Decides what becomes of a session when the answer begins. Pure. */
export function decideAnswer(facts: AnswerFacts, policy: AnswerPolicy): AnswerVerdict {
  const { cookieId, sessionId, originalId, originalText, savedText, text } = facts;
  const known = cookieId === sessionId;
  const modified = originalId !== sessionId || originalText !== text;
  const saved = originalId === sessionId && savedText === text;
  const untouched = !policy.saveUninitialized && savedText === undefined && !known;
  const save = untouched ? modified : !saved;
  return {
    write: save ? "save" : known ? "touch" : "nothing",
    setCookie: known ? policy.rolling || (facts.expires && modified) : policy.saveUninitialized || modified,
  };
}

/**
 * True when a browser sends a cookie of this path with a request for that one.
 *
 * Compared on segments: a session for `/admin` would otherwise also be opened, and kept alive, by `/administrator`.
 * @see RFC 6265 section 5.1.4
 */
export function pathMatches(requestPath: string, cookiePath: string): boolean {
  if (cookiePath === "") return true;
  if (!requestPath.startsWith(cookiePath)) return false;
  return (
    requestPath.length === cookiePath.length ||
    cookiePath.endsWith("/") ||
    requestPath[cookiePath.length] === "/"
  );
}

/** The path of a request line, which may be a whole URL. */
export function pathOf(url: string): string {
  const path = url.startsWith("/") ? url : (URL.parse(url)?.pathname ?? "/");
  const end = path.search(/[?#]/);
  return (end === -1 ? path : path.slice(0, end)) || "/";
}

export interface SchemeFacts {
  readonly encrypted: boolean;
  /** What Express says, which knows `trust proxy`; undefined without Express. */
  readonly secure: boolean | undefined;
  readonly forwardedProto: string | undefined;
}

/** Whether the browser spoke https, as far as the `proxy` option lets us believe it. */
export function isSecure(facts: SchemeFacts, proxy: boolean | undefined): boolean {
  if (facts.encrypted) return true;
  if (proxy === false) return false;
  if (proxy !== true) return facts.secure === true;
  const [first = ""] = (facts.forwardedProto ?? "").split(",", 1);
  return first.toLowerCase().trim() === "https";
}
