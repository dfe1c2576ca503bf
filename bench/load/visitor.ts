/** A client with a session, and what it sends again and again. */
export interface Visitor {
  readonly get: Buffer;
  readonly post: Buffer;
}

/** Enters the application once: takes the session cookie, then the token from the form. */
export async function createVisitor(port: number): Promise<Visitor> {
  const origin = `http://127.0.0.1:${port}`;
  const cookies = new Map<string, string>();
  await visit(`${origin}/enter`, cookies);
  const page = await visit(`${origin}/`, cookies);
  const token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1];
  if (token === undefined) throw new Error(`the page carries no token:\n${page}`);
  return { get: getRequest(port, cookies), post: postRequest(port, cookies, token) };
}

async function visit(url: string, cookies: Map<string, string>): Promise<string> {
  const answer = await fetch(url, { headers: { cookie: cookieHeader(cookies) } });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}:\n${body}`);
  for (const line of answer.headers.getSetCookie()) {
    const [pair = ""] = line.split(";");
    cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
  }
  return body;
}

/** The header lines Chromium sends when a link on the same site is followed. */
function getRequest(port: number, cookies: ReadonlyMap<string, string>): Buffer {
  return Buffer.from(
    [
      "GET / HTTP/1.1",
      ...commonLines(port, cookies),
      "Sec-Fetch-Site: same-origin",
      "Sec-Fetch-Mode: navigate",
      "Sec-Fetch-Dest: document",
      "\r\n",
    ].join("\r\n"),
  );
}

/** A form, from a client that says nothing about its origin: the token has to decide, in every variant. */
function postRequest(port: number, cookies: ReadonlyMap<string, string>, token: string): Buffer {
  const form = new URLSearchParams({
    _csrf: token,
    title: "On the engine",
    text: "It might act upon other things besides number. ".repeat(4),
  }).toString();
  return Buffer.from(
    [
      "POST / HTTP/1.1",
      ...commonLines(port, cookies),
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${form.length}`,
      "",
      form,
    ].join("\r\n"),
  );
}

function commonLines(port: number, cookies: ReadonlyMap<string, string>): string[] {
  const lines = [
    `Host: 127.0.0.1:${port}`,
    "Connection: keep-alive",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.9",
  ];
  return cookies.size === 0 ? lines : [...lines, `Cookie: ${cookieHeader(cookies)}`];
}

function cookieHeader(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
