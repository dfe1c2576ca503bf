import type { Client } from "../client.ts";
import type { Answer, AnswerClass } from "../facts.ts";
import type { Site } from "./crawl.ts";
import { parserError } from "./raw.ts";

export interface Classes {
  readonly classes: ReadonlyMap<AnswerClass, Answer>;
  readonly more: readonly Answer[];
}

/** A path that no app has. */
export const NOWHERE = "/hauberk-check-0b5e7c1f/nothing-here";

/** One answer of each class, and the errors that can be had for nothing. Nothing here reaches a handler of the app. */
export async function classAnswers(client: Client, site: Site): Promise<Classes> {
  const classes = new Map<AnswerClass, Answer>();
  const keep = (kind: AnswerClass, answer: Answer | undefined): void => {
    if (answer !== undefined) classes.set(kind, answer);
  };
  keep("page", site.pages[0]);
  keep("not-found", await client.tryAsk({ path: NOWHERE }));
  keep("bad-request", await client.tryAsk({ path: "/%c0%af%zz" }));
  keep("redirect", site.redirects[0] ?? (await folderRedirect(client, site.assets)));
  keep("static", await firstAsset(client, site.assets));
  keep("options", await client.tryAsk({ method: "OPTIONS", path: NOWHERE }));
  const json = await client.tryAsk({
    method: "POST",
    path: NOWHERE,
    headers: { "content-type": "application/json" },
    body: '{"open": ',
  });
  keep("post", json);
  // Without a body there is nothing a header could protect.
  const parser = await parserError(client.origin);
  if (parser?.body !== "") keep("parser-error", parser);
  const more = [
    await client.tryAsk({ path: "/?a[b]=1&a=2&a[]=%00" }),
    await client.tryAsk({ path: `${NOWHERE}%00.html` }),
    await client.tryAsk({
      method: "POST",
      path: NOWHERE,
      headers: { "content-type": "application/json; charset=nonsense" },
      body: "{}",
    }),
  ];
  const known = [...more.filter((one) => one !== undefined), ...classes.values(), ...site.pages];
  keep(
    "server-error",
    known.find((one) => one.status >= 500),
  );
  return { classes, more: more.filter((one) => one !== undefined) };
}

async function firstAsset(client: Client, assets: readonly string[]): Promise<Answer | undefined> {
  for (const path of [...assets.slice(0, 3), "/robots.txt", "/favicon.ico"]) {
    const answer = await client.tryAsk({ path });
    if (answer?.status === 200 && !/html/.test(answer.headers.get("content-type") ?? "")) return answer;
  }
  return undefined;
}

/** Static files answer a folder without its slash with a redirect of their own. */
async function folderRedirect(client: Client, assets: readonly string[]): Promise<Answer | undefined> {
  for (const path of assets.slice(0, 3)) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const answer = folder === "" ? undefined : await client.tryAsk({ path: folder });
    if (answer !== undefined && answer.status >= 300 && answer.status < 400) return answer;
  }
  return undefined;
}
