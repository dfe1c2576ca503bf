import type { Client } from "../client.ts";
import type { Answer } from "../facts.ts";
import type { Site } from "./crawl.ts";

const FOREIGN_HOST = "hauberk-check.example";
/** Spellings that browsers take for another site, the last two also where a leading slash is asked for. */
const TARGETS = [`https://${FOREIGN_HOST}/`, `//${FOREIGN_HOST}/`, `/\\${FOREIGN_HOST}/`];
const NAMES =
  /^(?:next|url|to|target|dest(?:ination)?|redir(?:ect)?(?:_?(?:to|url|uri))?|return(?:_?(?:to|url))?|continue|back|goto)$/i;
const GUESSES = [
  "/redirect?url=",
  "/redirect?to=",
  "/login?next=",
  "/login?returnTo=",
  "/go?url=",
  "/out?url=",
];
const MAX_PLACES = 8;

/** Redirects that lead to whatever site the query says. */
export async function openRedirects(client: Client, site: Site): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  for (const place of placesIn(site)) {
    for (const target of TARGETS) {
      const answer = await client.tryAsk({ path: place + encodeURIComponent(target) });
      if (answer === undefined || answer.status === 404) break;
      if (!leadsAway(answer)) continue;
      found.push(answer);
      break;
    }
  }
  return found;
}

/** Links with a parameter that sounds like a target, then the usual ones. */
function placesIn(site: Site): readonly string[] {
  const own = site.links.flatMap((link): string[] => {
    const url = new URL(link, "http://localhost");
    const name = [...url.searchParams.keys()].find((one) => NAMES.test(one));
    if (name === undefined) return [];
    url.searchParams.delete(name);
    return [`${url.pathname}${url.search === "" ? "?" : `${url.search}&`}${name}=`];
  });
  return [...new Set([...own, ...GUESSES])].slice(0, MAX_PLACES);
}

/** Whether a browser that follows the answer ends on the foreign site. */
export function leadsAway(answer: Pick<Answer, "status" | "headers" | "url">): boolean {
  const location = answer.headers.get("location");
  if (answer.status < 300 || answer.status >= 400 || location === undefined) return false;
  return URL.canParse(location, answer.url) && new URL(location, answer.url).hostname === FOREIGN_HOST;
}
