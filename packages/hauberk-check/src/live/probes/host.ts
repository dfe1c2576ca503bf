import type { Client } from "../client.ts";
import type { Answer } from "../facts.ts";
import type { Site } from "./crawl.ts";

const FOREIGN = "hauberk-check-foreign.example";

/** Pages and redirects that name a host which only the request named. */
export async function poisoned(
  client: Client,
  site: Site,
  header: "host" | "x-forwarded-host" | "forwarded",
): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  const answers = [...site.pages.slice(0, 4), ...site.redirects.slice(0, 2)];
  for (const { url } of answers) {
    const path = url.slice(new URL(url).origin.length);
    const answer = await client.tryAsk({
      path,
      headers: { [header]: header === "forwarded" ? `host=${FOREIGN};proto=https` : FOREIGN },
    });
    if (answer !== undefined && repeats(answer)) found.push(answer);
  }
  return found;
}

/** A link, a redirect or a cookie that leads to the foreign host; its mere mention in a text does not. */
export function repeats(answer: Answer): boolean {
  if ((answer.headers.get("location") ?? "").includes(FOREIGN)) return true;
  if (answer.cookies.some((one) => (one.attributes.get("domain") ?? "").includes(FOREIGN))) return true;
  return new RegExp(
    String.raw`(?:href|src|action|content|url)\s*[=(]\s*["']?(?:https?:)?//${FOREIGN.replaceAll(".", String.raw`\.`)}`,
    "i",
  ).test(answer.body);
}
