import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { Application } from "express";
import { TroubledStore } from "../../test/session/app.ts";
import { sampleRecord } from "../../test/session/record.ts";
import { collectEvents, cookieOf, serveProtected, type TestServer } from "../../test/gate.ts";
import { keyOf } from "./id.ts";
import { memoryStore } from "./memory.ts";
import { guardStore } from "./store-guard.ts";
import type { SessionStore } from "./store.ts";

const CYCLE: Record<string, unknown> = {};
CYCLE["self"] = CYCLE;

/** What an application may put into a session by mistake, and the code its request gets. */
const UNSTORABLE: Readonly<Record<string, readonly [value: unknown, code: string]>> = {
  "a BigInt": [1n, "SESSION_DATA_INVALID"],
  "a function": [() => 1, "SESSION_DATA_INVALID"],
  "a function deep inside": [{ list: [{ run: () => 1 }] }, "SESSION_DATA_INVALID"],
  "a cycle": [CYCLE, "SESSION_DATA_INVALID"],
  "a symbol": [Symbol("s"), "SESSION_DATA_INVALID"],
  "a Map": [new Map([["a", 1]]), "SESSION_DATA_INVALID"],
  "a promise": [Promise.resolve(1), "SESSION_DATA_INVALID"],
  "5 MB": ["x".repeat(5_000_000), "SESSION_TOO_LARGE"],
};

function routes(app: Application): void {
  app.get("/login/:user", async (req, res) => {
    await req.session.login(req.params.user);
    Object.assign(req.session, { secret: `of ${req.params.user}` });
    res.send("in");
  });
  app.get("/who", (req, res) => {
    res.json({ user: req.session.userId ?? null, ...Object.fromEntries(Object.entries(req.session)) });
  });
  app.get("/write", (req, res) => {
    Object.assign(req.session, { n: 1 });
    res.send("written");
  });
  app.get("/put/:what", (req, res) => {
    Object.assign(req.session, { value: UNSTORABLE[req.params.what]?.[0] });
    res.send("put");
  });
  app.get("/empty", (req, res) => {
    Object.assign(req.session, { value: {} });
    res.send("put");
  });
  app.get("/assign", (req, res) => {
    Object.assign(req.session, JSON.parse('{"__proto__":{"userId":"admin"}}'));
    res.send(`of ${req.session.userId}`);
  });
  app.get("/proto", (req, res) => {
    Object.assign(req.session, { value: JSON.parse('{"__proto__":{"admin":true}}') as object });
    res.send("put");
  });
}

async function logIn(server: TestServer, user: string): Promise<string> {
  return cookieOf(await server.send({ path: `/login/${user}` }), "sid") ?? assert.fail("no session");
}

async function who(server: TestServer, cookie: string): Promise<Record<string, unknown>> {
  const { status, body } = await server.send({ path: "/who", headers: { Cookie: cookie } });
  assert.equal(status, 200);
  return JSON.parse(body) as Record<string, unknown>;
}

const alive = sampleRecord({ userId: "alice" });

/** What a store may hand out instead of a record, and what the event says. */
const HANDED_OUT: readonly [name: string, value: unknown, because: string | undefined][] = [
  ["null", null, undefined],
  ["a text", "corrupt", "corrupt-record"],
  ["a number", 42, "corrupt-record"],
  ["true", true, "corrupt-record"],
  ["a list", [alive], "corrupt-record"],
  ["an empty object", {}, "corrupt-record"],
  ["a Buffer", Buffer.from(JSON.stringify(alive)), "corrupt-record"],
  ["an express-session of before the move", { cookie: {}, user: "admin" }, "corrupt-record"],
  ["a record of a newer version", { ...alive, format: 2, data: { values: {} } }, "corrupt-record"],
  ["a record whose user is an object", { ...alive, userId: { id: "admin" } }, "corrupt-record"],
  ["a record whose times are texts", { ...alive, idleExpiresAtMs: "9999999999999" }, "corrupt-record"],
  ["half-written data", { ...alive, data: '{"admin":' }, "corrupt-record"],
  ["data that is a list", { ...alive, data: "[1]" }, "corrupt-record"],
  ["data that names the prototype", { ...alive, data: '{"__proto__":{"admin":true}}' }, "corrupt-record"],
  ["data that hides logout()", { ...alive, data: '{"logout":1}' }, "corrupt-record"],
];

for (const [kind, delayMs] of [
  ["a store that answers at once", undefined],
  ["a store that answers later", 2],
] as const) {
  describe(`with ${kind}`, () => {
    for (const [name, value, because] of HANDED_OUT) {
      test(`makes a visitor of whoever the store has ${name} for, says so, and keeps others apart`, async (t) => {
        const { server, hand, alice, bob } = await twoUsers(t, delayMs);
        const events = collectEvents(t);
        hand(alice, value);
        assert.deepEqual(await who(server, alice), { user: null });
        assert.equal(Reflect.get({}, "admin"), undefined);
        const rejected = events.filter((event) => event.name === "session.cookie-rejected");
        assert.deepEqual(
          rejected.map((event) => event.because),
          because === undefined ? [] : [because],
        );
        const written = await server.send({ path: "/write", headers: { Cookie: alice } });
        const fresh = cookieOf(written, "sid") ?? assert.fail("no new session");
        assert.notEqual(fresh, alice);
        assert.deepEqual(await who(server, fresh), { user: null, n: 1 });
        assert.deepEqual(await who(server, bob), { user: "bob", secret: "of bob" });
      });
    }

    test("answers 500 when a Map takes the place of the empty object that JSON would make of it", async (t) => {
      const { server, alice } = await twoUsers(t, delayMs);
      const put = async (path: string): Promise<number> =>
        (await server.send({ path, headers: { Cookie: alice } })).status;
      assert.deepEqual([await put("/empty"), await put("/put/a%20Map")], [200, 500]);
    });

    for (const [what, [, code]] of Object.entries(UNSTORABLE)) {
      test(`answers 500 ${code} when the application stores ${what}, and keeps the session as it was`, async (t) => {
        const { server, alice, bob } = await twoUsers(t, delayMs);
        const events = collectEvents(t);
        const path = `/put/${encodeURIComponent(what)}`;
        for (const headers of [{}, { Cookie: alice }]) {
          const answer = await server.send({ path, headers });
          assert.equal(answer.status, 500);
          assert.equal(answer.headers["set-cookie"], undefined);
        }
        const codes = events.filter((event) => event.code !== undefined).map((event) => event.code);
        assert.deepEqual(codes, [code, code]);
        assert.deepEqual(await who(server, alice), { user: "alice", secret: "of alice" });
        assert.deepEqual(await who(server, bob), { user: "bob", secret: "of bob" });
      });
    }

    test("makes nobody the user whom a body names in the session's __proto__", async (t) => {
      const { server, alice } = await twoUsers(t, delayMs);
      for (const headers of [{}, { Cookie: alice }]) {
        const answer = await server.send({ path: "/assign", headers });
        assert.equal(answer.status, 500);
        assert.doesNotMatch(answer.body, /admin/);
      }
      assert.deepEqual(await who(server, alice), { user: "alice", secret: "of alice" });
    });

    test("keeps a __proto__ the application was sent as plain data", async (t) => {
      const { server, alice, bob } = await twoUsers(t, delayMs);
      assert.equal((await server.send({ path: "/proto", headers: { Cookie: alice } })).status, 200);
      const { value } = await who(server, alice);
      assert.deepEqual(Object.keys(value as object), ["__proto__"]);
      assert.equal(Reflect.get({}, "admin"), undefined);
      assert.deepEqual(await who(server, bob), { user: "bob", secret: "of bob" });
    });
  });
}

interface TwoUsers {
  readonly server: TestServer;
  readonly alice: string;
  readonly bob: string;
  /** Makes the store hand out this value for the session of a cookie. */
  readonly hand: (cookie: string, value: unknown) => void;
}

async function twoUsers(t: TestContext, delayMs: number | undefined): Promise<TwoUsers> {
  const handed = new Map<string, unknown>();
  const guarded = guardStore(new TroubledStore(memoryStore(), delayMs).store, 5000);
  const store: SessionStore = {
    ...guarded,
    get: (key) => {
      if (!handed.has(key)) return guarded.get(key);
      const value = handed.get(key) as undefined;
      return delayMs === undefined ? value : Promise.resolve(value);
    },
  };
  const server = await serveProtected(t, routes, { session: { store } });
  const hand = (cookie: string, value: unknown): void =>
    void handed.set(keyOf(cookie.slice("sid=".length)), value);
  return { server, hand, alice: await logIn(server, "alice"), bob: await logIn(server, "bob") };
}
