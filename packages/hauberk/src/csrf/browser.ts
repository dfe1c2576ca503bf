const SAFE = ["GET", "HEAD", "OPTIONS", "QUERY"];

/**
 * A `fetch` that brings the CSRF token along, for pages that this application did not render itself.
 *
 * Browsers since 2023 need none: `Sec-Fetch-Site` tells. It is for older ones, and for `csrf: { token: "always" }`.
 * Requests to other origins get no token.
 *
 * @param tokenUrl the route of `csrfToken()`
 * @example const send = createCsrfFetch(); await send("/notes", { method: "POST", body: new FormData(form) });
 */
export function createCsrfFetch(tokenUrl = "/csrf-token"): typeof fetch {
  let known: Promise<string> | undefined;
  function load(): Promise<string> {
    const loading = loadToken(tokenUrl);
    loading.catch(() => (known = undefined));
    return (known = loading);
  }
  return async function csrfFetch(input, init) {
    const request = new Request(input, init);
    const own = new Request(tokenUrl).url;
    if (SAFE.includes(request.method) || new URL(request.url).origin !== new URL(own).origin)
      return fetch(request);
    const [remembered, again] = [known, request.clone()];
    // Requests of the same moment wait for one token: a visitor's second one would belong to another cookie.
    request.headers.set("X-CSRF-Token", await (remembered ?? load()));
    const answer = await fetch(request);
    // After a login the old token is worth nothing: ask for the new one, once. A fresh one is not what was wrong.
    if (answer.status !== 403 || remembered === undefined) return answer;
    again.headers.set("X-CSRF-Token", await (known === remembered ? load() : (known ?? load())));
    return fetch(again);
  };
}

async function loadToken(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  // An error page is no token, and must not be remembered as one.
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
}
