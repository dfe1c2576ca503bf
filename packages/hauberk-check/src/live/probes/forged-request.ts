import type { Client, Jar } from "../client.ts";
import type { Answer } from "../facts.ts";
import type { BodyKind } from "./form-bodies.ts";

/** Sends a form's body with the visitor's cookies, which the answer does not change. */
export async function send(
  client: Client,
  path: string,
  kind: BodyKind,
  headers: Readonly<Record<string, string>>,
  body: string,
  jar: Jar,
): Promise<Answer | undefined> {
  const all = { ...headers, "content-type": kind.contentType };
  return client.tryAsk({ method: "POST", path, headers: all, body, jar: new Map(jar) });
}

/** Whether a page of another site may send this path what it has to ask for first. */
export async function isLetIn(client: Client, path: string): Promise<boolean> {
  const answer = await client.tryAsk({
    method: "OPTIONS",
    path,
    headers: {
      origin: FOREIGN_ORIGIN,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
  });
  return (
    answer?.headers.get("access-control-allow-origin") === FOREIGN_ORIGIN &&
    answer.headers.get("access-control-allow-credentials") === "true" &&
    /content-type/i.test(answer.headers.get("access-control-allow-headers") ?? "")
  );
}

const FOREIGN_ORIGIN = "https://hauberk-check.example";

/** What a browser sends along from a page of another site. */
export function foreignHeaders(contentType: string): Record<string, string> {
  return {
    "content-type": contentType,
    origin: FOREIGN_ORIGIN,
    referer: `${FOREIGN_ORIGIN}/`,
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
  };
}
