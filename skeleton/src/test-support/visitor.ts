import assert from "node:assert/strict";

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Headers;
  readonly text: string;
}

export interface Visitor {
  readonly get: (path: string) => Promise<Answer>;
  /** Sends a form the way a browser does that tells nothing about itself: only its token can let it in. */
  readonly submit: (
    page: string,
    action: string,
    fields: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly post: (
    path: string,
    body: BodyInit,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly cookies: Map<string, string>;
}

/** A browser without the browser: keeps cookies, follows nothing. */
export function createVisitor(origin: string, address?: string): Visitor {
  const cookies = new Map<string, string>();

  async function send(
    path: string,
    init: Omit<RequestInit, "headers"> & { headers?: Readonly<Record<string, string>> },
  ): Promise<Answer> {
    const headers = new Headers({ accept: "text/html", ...init.headers });
    if (address !== undefined) headers.set("x-forwarded-for", address);
    if (cookies.size > 0)
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(origin + path, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) remember(cookies, line);
    return {
      status: response.status,
      location: response.headers.get("location"),
      headers: response.headers,
      text: await response.text(),
    };
  }

  const post: Visitor["post"] = (path, body, headers = {}) => send(path, { method: "POST", body, headers });
  return {
    cookies,
    get: (path) => send(path, {}),
    post,
    async submit(page, action, fields) {
      const { text } = await send(page, {});
      return post(action, new URLSearchParams({ _csrf: tokenOf(text), ...fields }));
    },
  };
}

/** The CSRF token in a page's first form. */
export function tokenOf(html: string): string {
  const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1];
  assert.ok(token !== undefined, "the page has no form with a token");
  return token;
}

function remember(cookies: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(/;\s*/);
  const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
  const expired = attributes.some(
    (attribute) => /^max-age=(?:0|-\d+)$/i.test(attribute) || isPast(attribute),
  );
  if (expired || value === "") cookies.delete(name);
  else cookies.set(name, value);
}

function isPast(attribute: string): boolean {
  return /^expires=/i.test(attribute) && Date.parse(attribute.slice("expires=".length)) < Date.now();
}
