import assert from "node:assert/strict";
import { Agent, get, type IncomingMessage } from "node:http";
import { test } from "node:test";
import { dial, isClosed, open, recordEvents, sleep, startApp, talk } from "../../test/server/harness.ts";
import { freePort } from "../../../../test/support/free-port.ts";

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
    get({ port, path, agent, headers: { Host: `localhost:${port}` } }, read).once(
      "error",
      (error: NodeJS.ErrnoException) => resolve({ status: error.code ?? "error", connection: undefined }),
    );
  });
}

async function started(t: Parameters<typeof startApp>[0], listen: Record<string, unknown> = {}) {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? { user: "nobody" } : {};
  const app = startApp(t, { listen: { port, ...user, ...listen } });
  await app.listening;
  return { port, ...app };
}

test("finishes 50 requests in flight on SIGTERM and exits with 0", async (t) => {
  const { port, child, ended } = await started(t);
  const inFlight = Array.from({ length: 50 }, () => request(port, "/slow?ms=1000"));
  await sleep(400);
  child.kill("SIGTERM");
  const outcomes = await Promise.all(inFlight);
  assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set([200]));
  assert.deepEqual(new Set(outcomes.map(({ connection }) => connection)), new Set(["close"]));
  const { code, afterMs } = await ended;
  assert.equal(code, 0);
  assert.ok(afterMs < 10_000);
  assert.ok(await isClosed(port));
});

test("answers a request that comes on an idle connection right after SIGTERM", async (t) => {
  const { port, child, ended } = await started(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await request(port, "/", agent)).status, 200);
  child.kill("SIGTERM");
  await sleep(200);
  assert.deepEqual(await request(port, "/", agent), { status: 200, connection: "close" });
  assert.equal((await ended).code, 0);
});

test("takes no new connection after SIGTERM", async (t) => {
  const { port, child } = await started(t);
  void request(port, "/slow?ms=1500");
  await sleep(200);
  child.kill("SIGTERM");
  await sleep(200);
  assert.equal((await request(port, "/")).status, "ECONNREFUSED");
});

test("turns readiness red before the port closes", async (t) => {
  const { port, child, ended } = await started(t, { shutdownDelayMs: 800 });
  assert.equal((await request(port, "/readyz")).status, 200);
  child.kill("SIGTERM");
  await sleep(300);
  assert.equal((await request(port, "/readyz")).status, 503);
  assert.equal((await request(port, "/healthz")).status, 200);
  assert.equal((await request(port, "/")).status, 200);
  assert.equal((await ended).code, 0);
});

test("cuts a request that never ends at the deadline, with one event", async (t) => {
  const { port, child, ended } = await started(t, { shutdownTimeoutMs: 500 });
  const hung = request(port, "/slow?ms=60000");
  await sleep(200);
  child.kill("SIGTERM");
  assert.equal((await hung).status, "ECONNRESET");
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.equal(stdout.match(/event server.drain-cut 1 requests/g)?.length, 1);
});

test("is not held up by connections that never said anything", async (t) => {
  const { port, child, ended } = await started(t);
  const sockets = Array.from({ length: 20 }, () => dial(port));
  await sleep(200);
  const killedAt = performance.now();
  child.kill("SIGTERM");
  assert.equal((await ended).code, 0);
  assert.ok(performance.now() - killedAt < 2500);
  for (const socket of sockets) socket.destroy();
});

test("does not let idle connections wait on SIGINT", async (t) => {
  const { port, child, ended } = await started(t);
  const idle = dial(port);
  idle.write(GET("/"));
  await sleep(200);
  const killedAt = performance.now();
  child.kill("SIGINT");
  assert.equal((await ended).code, 0);
  assert.ok(performance.now() - killedAt < 800);
});

test("ends at once on a second SIGTERM", async (t) => {
  const { port, child, ended } = await started(t);
  void request(port, "/slow?ms=60000");
  await sleep(200);
  child.kill("SIGTERM");
  await sleep(200);
  child.kill("SIGTERM");
  assert.equal((await ended).signal, "SIGTERM");
});

for (const [path, message] of [
  ["/throw", "thrown in a timer"],
  ["/reject", "rejected in the background"],
] as const) {
  test(`finishes other requests after ${path.slice(1)}, tells it once, and exits with 1`, async (t) => {
    const { port, ended } = await started(t);
    const other = request(port, "/slow?ms=800");
    await sleep(200);
    assert.equal((await request(port, path)).status, 200);
    assert.equal((await other).status, 200);
    const { code, stdout } = await ended;
    assert.equal(code, 1);
    assert.equal(stdout.match(new RegExp(`event server.failed .*${message}`, "g"))?.length, 1);
  });
}

test("says that answers end the connection also on an error page, which drops all headers", async (t) => {
  const events = recordEvents(t);
  const server = await open(t, (_req, res) => {
    setTimeout(() => {
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      res.end("error page");
    }, 200);
  });
  const answer = talk(server.port, GET("/"));
  await sleep(50);
  const closed = server.close();
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
