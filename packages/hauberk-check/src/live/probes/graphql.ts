import type { Client } from "../client.ts";
import type { Answer, LiveFacts } from "../facts.ts";

const GUESSES = ["/graphql", "/api/graphql", "/graphiql", "/playground"];
const MAX_NAMED = 2;
const QUESTION = "{__schema{queryType{name}}}";
/** The last is how Apollo Server knows a GET that no page of another site could send. */
const HEADERS = {
  accept: "application/json",
  "content-type": "application/json",
  "apollo-require-preflight": "true",
};
const CONSOLE = /<title>[^<]{0,100}(?:GraphiQL|GraphQL Playground)|\bid="graphiql"|GraphiQL\.createFetcher/i;

/**
 * Asks as a stranger for the schema, and for a page to write queries in. A query changes nothing, and goes as a GET; as a POST
 * only where the app's own scripts name such an address.
 */
export async function openGraphql(
  client: Client,
  named: readonly string[],
): Promise<NonNullable<LiveFacts["graphql"]>> {
  const schema: Answer[] = [];
  const consoles: Answer[] = [];
  const own = named.filter((path) => /graphql/i.test(path)).slice(0, MAX_NAMED);
  for (const path of new Set([...own, ...GUESSES])) {
    const page = await client.tryAsk({ path, headers: { accept: "text/html" } });
    if (page?.status === 200 && CONSOLE.test(page.body)) consoles.push(page);
    const asked = [{ path: `${path}?query=${encodeURIComponent(QUESTION)}`, headers: HEADERS }];
    const posted = { path, method: "POST", headers: HEADERS, body: JSON.stringify({ query: QUESTION }) };
    for (const ask of own.includes(path) ? [...asked, posted] : asked) {
      const answer = await client.tryAsk(ask);
      if (answer?.status !== 200 || !tellsSchema(answer.body)) continue;
      schema.push(answer);
      break;
    }
  }
  return { schema, consoles };
}

/** Whether the answer holds what was asked for; an echo of the question does not. Pure. */
export const tellsSchema = (body: string): boolean =>
  /"__schema"\s{0,20}:\s{0,20}\{\s{0,20}"queryType"\s{0,20}:\s{0,20}\{/.test(body);
