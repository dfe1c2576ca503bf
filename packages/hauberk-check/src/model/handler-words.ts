/** The origin or the referrer of the request. */
export function readsOrigin(source: string): boolean {
  return /['"](?:origin|referer|referrer|sec-fetch-site)['"]|headers\??\.(?:origin|referer|referrer)\b/i.test(
    source,
  );
}

/** Who asks, from the session or from where an authentication left it. */
export function readsUser(text: string): boolean {
  // `(req.session as any).userId`.
  const source = text.includes(" as ") ? text.replace(/\(([\w.]+) as \w+\)/g, "$1") : text;
  return (
    readsUserFromSession(source) ||
    /\b(?:isAuthenticated|isUnauthenticated)\b|\breq(?:uest)?\??\.(?:user|auth|account|currentUser|token)\b|locals\??\.(?:user|currentUser)/i.test(
      source,
    )
  );
}

/** `req.session.userId`, `session?.isAdmin`, `session.uid`. */
function readsUserFromSession(source: string): boolean {
  return [...source.matchAll(/session\??\.(\w+)/gi)].some(([, name = ""]) =>
    /user|auth|logged|account|admin|uid|passport|member|id$/i.test(name),
  );
}

/** Looks up, and waits for, who a cookie, a session or a header belongs to: `await sessions.find(req.cookies.sid)`. */
export function looksUpVisitor(source: string): boolean {
  return (
    /\b401\b|\b403\b|[Uu]nauthori[sz]ed|[Ff]orbidden/.test(source) &&
    /\bawait\b|\.then\(/.test(source) &&
    /\breq(?:uest)?\??\.(?:signedCookies|cookies|session)\b|\breq(?:uest)?\.(?:get|header)\(\s*["']x-[\w-]*(?:token|session|key)/i.test(
      source,
    )
  );
}

/** Whether anything up to the first `)` of a redirect says so. */
export function redirectsTo(source: string, place: RegExp): boolean {
  const [, ...calls] = source.split("redirect(");
  return calls.some((call) => place.test(call.split(")", 1)[0] ?? ""));
}

export function refuses(source: string, next: string): boolean {
  return /\.redirect\(/.test(source) || rejects(source, next);
}

export function rejects(source: string, next: string): boolean {
  if (
    /\b(?:status|sendStatus|writeHead|send|json)\(\s*4\d\d\b|statusCode\s*=\s*4\d\d|\bthrow\b|[Ff]orbidden|[Uu]nauthorized/.test(
      source,
    )
  )
    return true;
  // Handing on an error that something else made is no refusal: `if (err) return next(err)` after a query.
  return (
    next !== "" &&
    new RegExp(
      String.raw`\b${next}\(\s*(?!['"]route(?:r)?['"]|(?:err|error|e|ex|failure|reason)\s*\))[^\s)]`,
    ).test(source)
  );
}
