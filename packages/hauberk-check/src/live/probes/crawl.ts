import type { Client, Jar } from "../client.ts";
import type { Answer } from "../facts.ts";
import { isRisky, readPage, samePath, type Page, type PlacedForm } from "../pages.ts";

const MAX_PAGES = 15;

export interface Site {
  readonly home: Answer;
  readonly pages: readonly Answer[];
  readonly redirects: readonly Answer[];
  readonly forms: readonly PlacedForm[];
  readonly assets: readonly string[];
  /** Every link of the pages, followed or not. */
  readonly links: readonly string[];
  readonly refused: readonly Answer[];
  readonly jar: Jar;
}

/** Reads the pages that links lead to, with GET alone and never to another origin. */
export async function crawl(client: Client, start: string, jar: Jar = new Map()): Promise<Site> {
  const pending = [start];
  const seen = new Set(pending);
  const found = {
    pages: [] as Answer[],
    redirects: [] as Answer[],
    refused: [] as Answer[],
    forms: [] as PlacedForm[],
    assets: new Set<string>(),
    links: new Set<string>(),
  };
  for (
    let path = pending.shift();
    path !== undefined && found.pages.length < MAX_PAGES;
    path = pending.shift()
  ) {
    const answer =
      found.pages.length === 0 && seen.size === 1
        ? await client.ask({ path, jar })
        : await client.tryAsk({ path, jar });
    if (answer === undefined) continue;
    const { links, assets, forms } = sort(answer, found);
    for (const one of assets) found.assets.add(one);
    for (const form of forms) found.forms.push({ page: path, form });
    for (const link of links) {
      found.links.add(link);
      if (seen.has(link) || isRisky(link)) continue;
      seen.add(link);
      pending.push(link);
    }
  }
  const home =
    found.pages[0] ?? found.redirects[0] ?? found.refused[0] ?? (await client.ask({ path: start, jar }));
  return { ...found, home, assets: [...found.assets], links: [...found.links], jar };
}

const NOTHING: Page = { links: [], assets: [], forms: [] };

function sort(answer: Answer, found: { pages: Answer[]; redirects: Answer[]; refused: Answer[] }): Page {
  if (answer.status >= 300 && answer.status < 400) {
    found.redirects.push(answer);
    const target = samePath(answer.headers.get("location") ?? "", answer.url);
    return { ...NOTHING, links: target === undefined ? [] : [target] };
  }
  if (answer.status === 401 || answer.status === 403) found.refused.push(answer);
  if (answer.status >= 300) return NOTHING;
  found.pages.push(answer);
  return /html/.test(answer.headers.get("content-type") ?? "") ? readPage(answer.body, answer.url) : NOTHING;
}
