/** Header names and values of one request. */
type HeaderValues = Readonly<Record<string, string>>;

/** What a visitor sends: headers of their own replace the visitor's. */
export interface VisitOptions {
  readonly method?: string;
  readonly headers?: HeaderValues;
  readonly body?: string | URLSearchParams | Uint8Array<ArrayBuffer>;
}

/**
 * A client over `fetch` that keeps cookies as a browser does: a cookie set again replaces the old one, and one
 * with `Max-Age=0` or a date in the past is forgotten. It follows no redirect.
 */
export class Visitor {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  /** The `Cookie` header this visitor sends. */
  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async visit(path: string, { method = "GET", headers = {}, body }: VisitOptions = {}): Promise<Response> {
    const answer = await fetch(new URL(path, this.#origin), {
      method,
      headers: { cookie: this.cookieHeader, ...headers },
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  /** The token of the form on a page, as the article's `_csrf` field carries it. */
  async tokenOf(path: string): Promise<string> {
    const page = await (await this.visit(path)).text();
    const token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1];
    if (token === undefined) throw new Error(`no token on ${path}:\n${page}`);
    return token;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(/;\s*/);
    const equals = pair.indexOf("=");
    if (attributes.some(endsCookie)) this.#cookies.delete(pair.slice(0, equals));
    else this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

function endsCookie(attribute: string): boolean {
  const [name = "", value = ""] = attribute.toLowerCase().split("=");
  return name === "max-age" ? Number(value) <= 0 : name === "expires" && Date.parse(value) <= Date.now();
}
