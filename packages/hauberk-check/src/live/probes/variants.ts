import { withoutTrailing } from "../../files/paths.ts";
import { isAlike } from "../alike.ts";
import type { Client } from "../client.ts";
import type { Answer, PathVariant } from "../facts.ts";
import { NOWHERE } from "./classes.ts";
import type { Site } from "./crawl.ts";

const USUALLY_GUARDED = [
  "/admin",
  "/account",
  "/dashboard",
  "/profile",
  "/settings",
  "/users",
  "/api/users",
  "/api/admin",
  "/metrics",
  "/internal",
];
const MAX_GUARDED = 5;

/** Other spellings of a path that a router may take for the same one while a guard does not. */
function spellings(path: string): readonly string[] {
  const bare = withoutTrailing(path, "/");
  const [first = ""] = bare.slice(1);
  const encoded = `/%${first.charCodeAt(0).toString(16)}${bare.slice(2)}`;
  return [
    bare.toUpperCase(),
    `${bare}/`,
    `${bare}//`,
    `/${bare}`,
    `${bare}%2f`,
    encoded,
    `${bare}/.`,
    `/.${bare}`,
    `${bare};x`,
    `${bare}?x`,
  ];
}

/** Paths that are refused in one spelling and answered in another. */
export async function variantBypasses(client: Client, site: Site): Promise<readonly PathVariant[]> {
  const found: PathVariant[] = [];
  const elsewhere = await client.tryAsk({ path: NOWHERE });
  for (const guarded of await guardedPaths(client, site)) {
    const path = new URL(guarded.url).pathname;
    for (const spelling of spellings(path)) {
      const answer = await client.tryAsk({ path: spelling });
      if (answer === undefined || !isOpened(answer, [site.home, elsewhere])) continue;
      found.push({
        guarded: guarded.url,
        guardedStatus: guarded.status,
        url: answer.url,
        status: answer.status,
      });
      break;
    }
  }
  return found;
}

async function guardedPaths(client: Client, site: Site): Promise<readonly Answer[]> {
  const found = [...site.refused, ...site.redirects].filter(isGuarded);
  for (const path of USUALLY_GUARDED) {
    if (found.length >= MAX_GUARDED) break;
    if (found.some((one) => new URL(one.url).pathname === path)) continue;
    const answer = await client.tryAsk({ path });
    if (answer !== undefined && isGuarded(answer)) found.push(answer);
  }
  return found.filter((one) => new URL(one.url).pathname.length > 1).slice(0, MAX_GUARDED);
}

export function isGuarded(answer: Answer): boolean {
  if (answer.status === 401 || answer.status === 403) return true;
  return (
    answer.status >= 300 &&
    answer.status < 400 &&
    /log-?in|sign-?in|\bauth\b/i.test(answer.headers.get("location") ?? "")
  );
}

/** A page of its own: not the start page, not the answer to every path, not the sign-in form. */
function isOpened(answer: Answer, others: readonly (Answer | undefined)[]): boolean {
  if (answer.status !== 200 || /type\s*=\s*["']?password/i.test(answer.body)) return false;
  return !others.some((other) => other?.status === 200 && isAlike(other.body, answer.body));
}
