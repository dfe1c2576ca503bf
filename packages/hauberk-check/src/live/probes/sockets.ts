import { randomBytes } from "node:crypto";
import type { Client, Jar } from "../client.ts";
import type { LiveFacts } from "../facts.ts";
import { decideSocket } from "../sockets.ts";

const FOREIGN_ORIGIN = "https://hauberk-check.example";
const GUESSES = ["/", "/ws", "/socket", "/websocket", "/live", "/chat"];
const MAX_PATHS = 8;
/** What Engine.IO says first, alone (4) or after its length (3). */
const GREETING = /^(?:\d{1,4}:)?0\{"sid":/;

/** Opens the app's WebSockets as its own page does and as another site's would, and closes them at once. */
export async function socketAnswers(
  client: Client,
  named: readonly string[],
  jar: Jar,
): Promise<NonNullable<LiveFacts["sockets"]>> {
  const found: NonNullable<LiveFacts["sockets"]>[number][] = [];
  for (const path of [...new Set([...named, ...GUESSES])].slice(0, MAX_PATHS)) {
    const own = await handshake(client, path, client.origin.origin, jar);
    if (own !== 101) continue;
    const foreign = await handshake(client, path, FOREIGN_ORIGIN, jar);
    const bare = await handshake(client, path, FOREIGN_ORIGIN, new Map());
    const verdict = decideSocket({ own, foreign, bare });
    found.push({ url: client.origin.origin + path, verdict });
  }
  return found;
}

async function handshake(
  client: Client,
  path: string,
  origin: string,
  jar: Jar,
): Promise<number | undefined> {
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
    origin,
  };
  return (await client.tryAsk({ path, headers, jar: new Map(jar) }))?.status;
}

/** A Socket.IO server that lets every site read what it says, as its `cors.origin` decides. */
export async function openSocketIo(client: Client): Promise<string | undefined> {
  for (const version of [4, 3]) {
    const answer = await client.tryAsk({
      path: `/socket.io/?EIO=${String(version)}&transport=polling`,
      headers: { origin: FOREIGN_ORIGIN },
    });
    if (answer === undefined || answer.status !== 200 || !GREETING.test(answer.body)) continue;
    const allowed = answer.headers.get("access-control-allow-origin");
    return allowed === "*" || allowed === FOREIGN_ORIGIN ? answer.url : undefined;
  }
  return undefined;
}
