import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get, type IncomingMessage, type ServerResponse } from "node:http";
import { test } from "node:test";
import { dial, isClosed, open, recordEvents, talk } from "../../test/server/harness.ts";
import { startBundledApp } from "../../test/server/bundled-app.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { PATIENCE, SERVES_WHEN_BUSY } from "../../../../test/support/patience.ts";

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

interface Outcome {
  readonly status: number | string;
  readonly connection: string | undefined;
}

function request(port: number, path: string, agent?: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const read = (res: IncomingMessage): void => {
      res
        .resume()
        .once("end", () => resolve({ status: res.statusCode ?? 0, connection: res.headers.connection }));
      res.once("error", () => resolve({ status: "cut", connection: undefined }));
    };
    // A connection each, closed by the client, unless it is about one that is kept.
    get({ port, path, agent: agent ?? false, headers: { Host: `localhost:${port}` } }, read).once(
      "error",
      (error: NodeJS.ErrnoException) => resolve({ status: error.code ?? "error", connection: undefined }),
    );
  });
}

async function started(t: Parameters<typeof startBundledApp>[0], listen: Record<string, unknown> = {}) {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? { user: "nobody" } : {};
  const app = startBundledApp(t, { listen: { port, ...SERVES_WHEN_BUSY, ...user, ...listen } });
  await app.listening;
  return { port, ...app };
}

const HELD = "holds a request\n";
const DRAINING = "event server.draining";

test("finishes 50 requests in flight on SIGTERM and exits with 0", async (t) => {
  const { port, child, ended, says } = await started(t);
  // These clients would keep their connections.
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const inFlight = Array.from({ length: 50 }, () => request(port, "/held", agent));
  await says(HELD, 50);
  child.kill("SIGTERM");
  const outcomes = await Promise.all(inFlight);
  assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set([200]));
  assert.deepEqual(new Set(outcomes.map(({ connection }) => connection)), new Set(["close"]));
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /drain-cut/, "it waited for its deadline");
  assert.ok(await isClosed(port));
});

test("answers a request that comes on an idle connection right after SIGTERM", async (t) => {
  const { port, child, ended, says } = await started(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await request(port, "/", agent)).status, 200);
  child.kill("SIGTERM");
  await says(DRAINING);
  assert.deepEqual(await request(port, "/", agent), { status: 200, connection: "close" });
  assert.equal((await ended).code, 0);
});

test("takes no new connection after SIGTERM", async (t) => {
  const { port, child, says } = await started(t);
  void request(port, "/slow?ms=60000");
  await says(HELD);
  child.kill("SIGTERM");
  await says(DRAINING);
  await t.waitFor(async () => assert.equal((await request(port, "/")).status, "ECONNREFUSED"), PATIENCE);
  assert.equal(child.exitCode, null, "the one that was there holds it");
});

test("turns readiness red before the port closes", async (t) => {
  const { port, child, ended, says } = await started(t, { shutdownDelayMs: 60_000 });
  assert.equal((await request(port, "/readyz")).status, 200);
  child.kill("SIGTERM");
  await says(DRAINING);
  const answers = await Promise.all(["/readyz", "/healthz", "/"].map((path) => request(port, path)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [503, 200, 200],
  );
  // A second one does not wait for that minute.
  child.kill("SIGTERM");
  assert.equal((await ended).signal, "SIGTERM");
});

test("cuts a request that never ends at the deadline, with one event", async (t) => {
  const { port, child, ended, says } = await started(t, { shutdownTimeoutMs: 500 });
  const hung = request(port, "/slow?ms=60000");
  await says(HELD);
  child.kill("SIGTERM");
  assert.equal((await hung).status, "ECONNRESET");
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.equal(stdout.match(/event server.drain-cut 1 requests/g)?.length, 1);
});

test("is not held up by connections that never said anything", async (t) => {
  const { port, child, ended } = await started(t);
  const sockets = Array.from({ length: 20 }, () => dial(port));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  // Those before it have been accepted when this one is answered.
  assert.equal((await request(port, "/")).status, 200);
  child.kill("SIGTERM");
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /drain-cut/, "it waited for its deadline");
  for (const socket of sockets) socket.destroy();
});

test("does not let idle connections wait on SIGINT", async (t) => {
  const { port, child, ended, says } = await started(t);
  const order: string[] = [];
  const idle = dial(port).once("close", () => order.push("the idle connection is closed"));
  idle.write(GET("/"));
  await once(idle, "data");
  // After SIGTERM an idle connection may still be used for a second, and this answer would come first.
  const held = request(port, "/held?ms=500").then(() => order.push("the request is answered"));
  await says(HELD);
  child.kill("SIGINT");
  await held;
  assert.deepEqual(order, ["the idle connection is closed", "the request is answered"]);
  assert.equal((await ended).code, 0);
});

test("ends at once on a second SIGTERM", async (t) => {
  const { port, child, ended, says } = await started(t);
  void request(port, "/slow?ms=60000");
  await says(HELD);
  child.kill("SIGTERM");
  await says(DRAINING);
  child.kill("SIGTERM");
  assert.equal((await ended).signal, "SIGTERM");
});

for (const [path, message] of [
  ["/throw", "thrown in a timer"],
  ["/reject", "rejected in the background"],
] as const) {
  test(`finishes other requests after ${path.slice(1)}, tells it once, and exits with 1`, async (t) => {
    const { port, ended, says } = await started(t);
    const other = request(port, "/held");
    await says(HELD);
    assert.equal((await request(port, path)).status, 200);
    assert.equal((await other).status, 200);
    const { code, stdout } = await ended;
    assert.equal(code, 1);
    assert.equal(stdout.match(new RegExp(`event server.failed .*${message}`, "g"))?.length, 1);
  });
}

test("says that answers end the connection also on an error page, which drops all headers", async (t) => {
  const events = recordEvents(t);
  const held: ServerResponse[] = [];
  const server = await open(t, (_req, res) => void held.push(res));
  const answer = talk(server.port, GET("/"));
  await t.waitFor(() => assert.equal(held.length, 1), PATIENCE);
  const closed = server.close();
  for (const res of held) {
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.end("error page");
  }
  assert.match(await answer, /\r\nConnection: close\r\n.*error page$/s);
  await closed;
  assert.deepEqual(
    events.map((event) => event.name),
    ["server.draining"],
  );
});

test("closes once, however often it is asked to", async (t) => {
  let closes = 0;
  const close = (): Promise<void> => {
    closes += 1;
    return Promise.resolve();
  };
  const server = await open(t, (_req, res) => void res.end(), {}, { close });
  await Promise.all([server.close(), server.close()]);
  await server.close();
  assert.equal(closes, 1);
});

test("closes the application's own things also when the store fails to close", async (t) => {
  let closed = false;
  const onClose = (): void => void (closed = true);
  const server = await open(
    t,
    (_req, res) => void res.end(),
    { onClose },
    { close: () => Promise.reject(new Error("store")) },
  );
  await assert.rejects(server.close(), /store/);
  assert.ok(closed);
});
