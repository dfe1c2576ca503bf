import type { Client } from "../client.ts";
import type { Answer, LiveFacts } from "../facts.ts";
import type { Site } from "./crawl.ts";

/** Origins that are not the app's, from the plainly foreign to those a careless comparison takes for it. */
export function foreignOrigins(origin: URL): readonly string[] {
  const { host, hostname, protocol } = origin;
  const near = [
    `${protocol}//${hostname}.hauberk-check.example`,
    `${protocol}//hauberk-check-${hostname.replace(/[[\]:]/g, "")}`,
  ];
  const plain = protocol === "https:" ? [`http://${host}`] : [];
  return ["https://hauberk-check.example", "null", ...near, ...plain];
}

/** Which foreign origins some path lets read its answers. */
export async function corsAnswers(client: Client, site: Site): Promise<LiveFacts["cors"]> {
  const found: { sent: string; answer: Answer }[] = [];
  const paths = [...new Set([...site.pages.slice(0, 3).map((one) => pathOf(one.url)), "/api", "/api/"])];
  for (const sent of foreignOrigins(client.origin)) {
    // Who lets everybody in also lets the look-alikes in: that is one fault.
    if (sent !== "null" && found.some((one) => one.sent !== "null")) continue;
    for (const path of paths) {
      const answer = await allowed(client, path, sent);
      if (answer === undefined) continue;
      found.push({ sent, answer });
      break;
    }
  }
  return found;
}

async function allowed(client: Client, path: string, sent: string): Promise<Answer | undefined> {
  const plain = await client.tryAsk({ path, headers: { origin: sent } });
  if (plain?.headers.has("access-control-allow-origin") === true) return plain;
  const asked = {
    origin: sent,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type",
  };
  const preflight = await client.tryAsk({ method: "OPTIONS", path, headers: asked });
  return preflight?.headers.has("access-control-allow-origin") === true ? preflight : undefined;
}

const pathOf = (url: string): string => url.slice(new URL(url).origin.length);
