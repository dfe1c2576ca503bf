import type { Client, Jar } from "../client.ts";
import type { Answer } from "../facts.ts";
import { isRisky } from "../pages.ts";
import type { Site } from "./crawl.ts";

const NAME = "hauberkCheck";
const PARAMETER = /([?&](?:callback|jsonp|cb)=)[^&]*/;
const MAX_PLACES = 8;

/** Answers that wrap their data into a call of whatever function the query names. */
export async function wrappedAnswers(
  client: Client,
  site: Site,
  requests: readonly string[],
  jar: Jar,
): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  for (const path of placesIn(site, requests)) {
    const answer = await client.tryAsk({ path, jar: new Map(jar) });
    if (answer?.status === 200 && isWrapped(answer)) found.push(answer);
  }
  return found;
}

/** Addresses that name a function already, then whatever answers with JSON. */
function placesIn(site: Site, requests: readonly string[]): readonly string[] {
  const named = [...site.assets, ...site.links]
    .filter((path) => PARAMETER.test(path))
    .map((path) => path.replace(PARAMETER, `$1${NAME}`));
  const json = site.pages
    .filter((page) => /json/.test(page.headers.get("content-type") ?? ""))
    .map((page) => page.url.slice(new URL(page.url).origin.length));
  const asked = [...json, ...requests].map(
    (path) => `${path}${path.includes("?") ? "&" : "?"}callback=${NAME}`,
  );
  return [...new Set([...named, ...asked])].filter((path) => !isRisky(path)).slice(0, MAX_PLACES);
}

/** Whether a browser would run the answer as a call of the function. Pure. */
export const isWrapped = ({ headers, body }: Pick<Answer, "headers" | "body">): boolean =>
  /javascript|ecmascript/i.test(headers.get("content-type") ?? "") && body.includes(`${NAME}(`);
