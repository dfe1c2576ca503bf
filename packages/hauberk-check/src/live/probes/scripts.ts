import type { Client } from "../client.ts";
import { scriptAddresses, type ScriptAddresses } from "../script-addresses.ts";
import type { Site } from "./crawl.ts";

const MAX_SCRIPTS = 6;

/** What the pages' own scripts ask for, those in the pages and those in files. */
export async function addressesInScripts(client: Client, site: Site): Promise<ScriptAddresses> {
  const texts = site.pages.map((page) => page.body);
  const files = site.assets.filter((path) => /\.m?js(?:$|\?)/.test(path));
  for (const path of files.slice(0, MAX_SCRIPTS)) {
    const answer = await client.tryAsk({ path });
    if (answer?.status === 200) texts.push(answer.body);
  }
  return scriptAddresses(texts.join("\n"), client.origin.host);
}
