import type { Client } from "../client.ts";
import type { Internal } from "../facts.ts";

const HTML = /^\s*<(?:!doctype|html)/i;
const NUMBERS = /"(?:heapUsed|heapTotal|rss|external)"\s{0,20}:\s{0,20}\d|"v8"\s{0,20}:\s{0,20}"\d/;
const VARIABLES = /"PATH"\s{0,20}:\s{0,20}"[^"]{0,400}\/bin/;

/** What stands at each kind of address when it is the real thing; a page that stands in for everything is not. */
const KINDS: readonly {
  readonly kind: Internal["kind"];
  readonly paths: readonly string[];
  readonly content: RegExp;
  readonly isPage?: true;
}[] = [
  { kind: "metrics", paths: ["/metrics"], content: /^# (?:HELP|TYPE) [a-zA-Z_:]/m },
  { kind: "status", paths: ["/status"], content: /<title>Express Status/, isPage: true },
  {
    kind: "environment",
    paths: ["/env", "/debug", "/debug/env", "/_debug", "/config", "/actuator/env"],
    content: VARIABLES,
  },
  {
    kind: "process",
    paths: ["/status", "/debug", "/_debug", "/server-status", "/actuator"],
    content: NUMBERS,
  },
  {
    kind: "docs",
    paths: ["/api-docs/", "/docs/", "/swagger/", "/api-docs.json", "/swagger.json", "/openapi.json"],
    content: /swagger-ui|"(?:openapi|swagger)"\s{0,20}:\s{0,20}"\d/,
    isPage: true,
  },
];

/** Pages about the inside of the app that a stranger is shown; one of each kind. */
export async function openInternals(client: Client): Promise<readonly Internal[]> {
  const found: Internal[] = [];
  const asked = new Map<string, { readonly url: string; readonly body: string } | undefined>();
  for (const { kind, paths, content, isPage } of KINDS) {
    for (const path of paths) {
      if (!asked.has(path)) {
        const answer = await client.tryAsk({ path });
        asked.set(path, answer?.status === 200 ? answer : undefined);
      }
      const answer = asked.get(path);
      if (answer === undefined || !content.test(answer.body)) continue;
      if (isPage !== true && HTML.test(answer.body)) continue;
      found.push({ kind, url: answer.url });
      break;
    }
  }
  return found;
}
