import type { Client } from "../client.ts";
import type { Answer } from "../facts.ts";
import { NOWHERE } from "./classes.ts";
import type { Site } from "./crawl.ts";

/** Only an answer that repeats the request is a TRACE; others answer every method alike. */
export async function traceEcho(client: Client): Promise<Answer | undefined> {
  const marker = "hauberk-check-trace-6c1d";
  const answer = await client.tryAsk({ method: "TRACE", path: NOWHERE, headers: { "x-marker": marker } });
  return answer !== undefined && answer.status < 300 && !answer.body.includes(marker) ? undefined : answer;
}

/**
 * A plain GET that is taken for another method when it asks to be. HEAD is asked for: it changes nothing, and its answer
 * has no body. An app that obeys obeys a link to `?_method=DELETE` just as well.
 */
export async function overriddenGet(client: Client, site: Site): Promise<Answer | undefined> {
  const page = site.pages.find((one) => one.body !== "");
  if (page === undefined) return undefined;
  const { pathname, search } = new URL(page.url);
  const query = `${search === "" ? "?" : `${search}&`}_method=HEAD`;
  const asked = [
    { path: pathname + query },
    { path: pathname + search, headers: { "x-http-method-override": "HEAD" } },
    { path: pathname + search, headers: { "x-http-method": "HEAD" } },
  ];
  for (const one of asked) {
    const answer = await client.tryAsk(one);
    if (answer?.status === page.status && answer.body === "") return answer;
  }
  return undefined;
}
