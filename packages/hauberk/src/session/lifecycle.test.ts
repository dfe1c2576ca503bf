import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { describe, test } from "node:test";
import type { Application, Request } from "express";
import { BOTH_KINDS, serve, type Answer, type Served, type TroubledStore } from "../../test/session/app.ts";
import { onSecurityEvent } from "../events/index.ts";
import type { SessionOptions } from "./index.ts";
import { keyOf } from "./id.ts";
import { userSessions } from "./user-sessions.ts";
import "../express.ts";

declare module "./session.ts" {
  interface SessionData {
    keys: Record<string, number>;
    role: string;
  }
}

/** Requests that wait in the middle until the test says go on, so that any order can be played. */
class Gates {
  readonly #arrived = new Map<string, Signal>();
  readonly #open = new Map<string, Signal>();

  async pass(name: string): Promise<void> {
    this.#get(this.#arrived, name).resolve();
    await this.#get(this.#open, name).promise;
  }

  async arrival(name: string): Promise<void> {
    await this.#get(this.#arrived, name).promise;
  }

  open(name: string): void {
    this.#get(this.#open, name).resolve();
  }

  #get(map: Map<string, Signal>, name: string): Signal {
    const known = map.get(name) ?? new Signal();
    map.set(name, known);
    return known;
  }
}

class Signal {
  readonly promise: Promise<void>;
  resolve: () => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}

function text(req: Request, name: string): string {
  const value = req.query[name];
  return typeof value === "string" ? value : "";
}

function routesWith(gates: Gates) {
  return (app: Application): void => {
    app.get("/who", (req, res) => {
      const data = Object.fromEntries(Object.entries(req.session));
      res.json({ user: req.session.userId ?? null, data });
    });
    app.get("/set", async (req, res) => {
      const gate = text(req, "gate");
      const read = Object.keys(req.session).length;
      if (gate !== "") await gates.pass(gate);
      Reflect.set(req.session, text(req, "key"), text(req, "value") === "" ? read : text(req, "value"));
      res.send("set");
    });
    app.get("/login", async (req, res) => {
      const gate = text(req, "gate");
      if (gate !== "") await gates.pass(gate);
      await req.session.login(text(req, "user"), { keep: ["kept"] });
      res.send("in");
    });
    for (const call of [
      "logout",
      "rotate",
      "regenerate",
      "revokeAll",
      "revokeOthers",
      "reload",
      "save",
    ] as const) {
      app.get(`/${call}`, async (req, res) => {
        const gate = text(req, "gate");
        if (gate !== "") await gates.pass(gate);
        res.json((await req.session[call]()) ?? null);
      });
    }
    app.get("/list", async (req, res) => void res.json(await req.session.list()));
    app.get("/revoke", async (req, res) => void res.json(await req.session.revoke(text(req, "handle"))));
    app.get("/handle", (req, res) => void res.send(req.session.handle ?? ""));
  };
}

interface World {
  readonly served: Served;
  readonly troubled: TroubledStore;
  readonly gates: Gates;
  readonly who: (sid: string | undefined) => Promise<{ user: string | null; data: Record<string, unknown> }>;
  readonly login: (user: string, sid?: string) => Promise<string>;
}

async function world(
  make: () => TroubledStore,
  run: (world: World) => Promise<void>,
  options: Partial<SessionOptions> = {},
): Promise<void> {
  const troubled = make();
  const gates = new Gates();
  // No deadline of the store is meant to pass here, however busy the machine is.
  const served = await serve(routesWith(gates), {
    store: troubled.store,
    storeTimeoutMs: 30_000,
    ...options,
  });
  try {
    await run({
      served,
      troubled,
      gates,
      who: async (sid) => JSON.parse((await served.ask("/who", { sid })).body) as never,
      login: async (user, sid) => {
        const answer = await served.ask(`/login?user=${user}`, { sid });
        assert.equal(answer.status, 200, answer.body);
        return answer.sid ?? assert.fail("no cookie");
      },
    });
  } finally {
    await served.close();
  }
}

/** Asks, and goes on once the request stands at its gate. */
async function askAndWait(
  { served, gates }: World,
  path: string,
  gate: string,
  sid: string | undefined,
): Promise<{ readonly go: () => Promise<Answer> }> {
  const pending = served.ask(`${path}${path.includes("?") ? "&" : "?"}gate=${gate}`, { sid });
  const tooEarly = pending.then(({ status }) => assert.fail(`answered ${status} before its gate`));
  await Promise.race([gates.arrival(gate), tooEarly]);
  return {
    go: async () => {
      gates.open(gate);
      return pending;
    },
  };
}

for (const [kind, make] of BOTH_KINDS) {
  describe(`with ${kind}`, () => {
    test("gives a new id at login, and the old one sees nothing", async () =>
      world(make, async ({ served, who, login }) => {
        const planted = (await served.ask("/set?key=kept&value=1")).sid;
        await served.ask("/set?key=dropped&value=1", { sid: planted });
        const mine = await login("alice", planted);
        assert.notEqual(mine, planted);
        assert.deepEqual(await who(mine), { user: "alice", data: { kept: "1" } });
        assert.deepEqual(await who(planted), { user: null, data: {} });
      }));

    test("takes no id from the client that it has not given out", async () =>
      world(make, async ({ served, login, who }) => {
        const chosen = "A".repeat(43);
        const first = await served.ask("/set?key=a&value=1", { sid: chosen });
        assert.notEqual(first.sid, chosen);
        assert.notEqual(await login("alice", chosen), chosen);
        assert.deepEqual((await who(chosen)).user, null);
      }));

    test("does not overwrite the new cookie when a request with the old id comes late", async () =>
      world(make, async ({ served, login }) => {
        const old = (await served.ask("/set?key=a&value=1")).sid;
        await login("alice", old);
        const read = await served.ask("/who", { sid: old });
        assert.equal(read.sid, undefined);
        const write = await served.ask("/set?key=b&value=1", { sid: old });
        assert.deepEqual([write.status, write.sid], [409, undefined]);
      }));

    test("keeps a visitor's request in flight out of the session that was logged in meanwhile", async () =>
      world(make, async (w) => {
        const old = (await w.served.ask("/set?key=a&value=1")).sid;
        const late = await askAndWait(w, "/set?key=evil&value=1", "g", old);
        const mine = await w.login("alice", old);
        const answer = await late.go();
        assert.deepEqual([answer.status, answer.sid], [409, undefined]);
        assert.deepEqual(await w.who(mine), { user: "alice", data: {} });
      }));

    test("logs in although the visitor's session was written to meanwhile, with what was written", async () =>
      world(make, async (w) => {
        const old = (await w.served.ask("/set?key=a&value=1")).sid;
        const late = await askAndWait(w, "/login?user=alice", "g", old);
        await w.served.ask("/set?key=kept&value=2", { sid: old });
        const { sid } = await late.go();
        assert.deepEqual(await w.who(sid), { user: "alice", data: { kept: "2" } });
      }));

    test("logs in twice with one old id: both new sessions are the user's, the old one nobody's", async () =>
      world(make, async (w) => {
        const old = (await w.served.ask("/set?key=a&value=1")).sid;
        const late = await askAndWait(w, "/login?user=alice", "g", old);
        const first = await w.login("alice", old);
        const second = (await late.go()).sid;
        assert.equal((await w.who(first)).user, "alice");
        assert.equal((await w.who(second)).user, "alice");
        assert.equal((await w.who(old)).user, null);
      }));

    test("ends a session for certain while a request that writes is in flight", async () =>
      world(make, async (w) => {
        const mine = await w.login("alice");
        const late = await askAndWait(w, "/set?key=a&value=1", "g", mine);
        const out = await w.served.ask("/logout", { sid: mine });
        assert.equal(out.sid, "");
        assert.equal(out.headers["clear-site-data"], '"cache", "storage"');
        assert.equal((await late.go()).sid, undefined);
        assert.equal((await w.who(mine)).user, null);
      }));

    for (const call of ["rotate", "regenerate", "save", "reload"]) {
      test(`does not bring a session back with ${call}() after the logout`, async () =>
        world(make, async (w) => {
          const mine = await w.login("alice");
          await w.served.ask("/set?key=role&value=admin", { sid: mine });
          const late = await askAndWait(w, `/${call}`, "g", mine);
          await w.served.ask("/logout", { sid: mine });
          const answer = await late.go();
          assert.deepEqual((await w.who(mine)).user, null);
          assert.deepEqual(await w.who(answer.sid === "" ? undefined : answer.sid), { user: null, data: {} });
        }));
    }

    test("ends a session for certain although another request rotates its id meanwhile", async () =>
      world(make, async (w) => {
        const mine = await w.login("alice");
        const late = await askAndWait(w, "/logout", "g", mine);
        const rotated = (await w.served.ask("/rotate", { sid: mine })).sid;
        assert.equal((await w.who(rotated)).user, "alice");
        assert.equal((await late.go()).status, 200);
        assert.equal((await w.who(rotated)).user, null);
      }));

    test("ends the new session when the logout still carries the old id", async () =>
      world(make, async (w) => {
        const old = (await w.served.ask("/set?key=a&value=1")).sid;
        const mine = await w.login("alice", old);
        await w.served.ask("/logout", { sid: old });
        assert.equal((await w.who(mine)).user, null);
      }));

    test("carries a write in flight over to the rotated id", async () =>
      world(make, async (w) => {
        const mine = await w.login("alice");
        const late = await askAndWait(w, "/set?key=a&value=1", "g", mine);
        const rotated = (await w.served.ask("/rotate", { sid: mine })).sid;
        assert.deepEqual([(await late.go()).status], [200]);
        assert.deepEqual(await w.who(rotated), { user: "alice", data: { a: "1" } });
        assert.equal((await w.who(mine)).user, null);
      }));

    test("drops a write when the store gives another user's record under the same key", async () =>
      world(make, async (w) => {
        const mine = await w.login("alice");
        const late = await askAndWait(w, "/set?key=a&value=1", "g", mine);
        const key = keyOf(mine);
        const record = (await w.troubled.store.get(key)) ?? assert.fail();
        await w.troubled.store.update(key, { ...record, version: 2, userId: "bob", data: '{"b":1}' }, 1);
        await late.go();
        assert.equal((await w.troubled.store.get(key))?.data, '{"b":1}');
      }));

    test("loses no write that comes between the save and the rotation", async () =>
      world(make, async (w) => {
        const mine = await w.login("alice");
        const late = await askAndWait(w, "/rotate", "g", mine);
        await w.served.ask("/set?key=a&value=1", { sid: mine });
        const { sid } = await late.go();
        assert.deepEqual((await w.who(sid)).data, { a: "1" });
      }));

    test("keeps all of 30 parallel writes of different keys", async () =>
      world(make, async (w) => {
        const { sid } = await w.served.ask("/set?key=start&value=1");
        const names = Array.from({ length: 30 }, (_, index) => `k${index}`);
        const pending = await Promise.all(
          names.map(async (key) => askAndWait(w, `/set?key=${key}&value=1`, key, sid)),
        );
        for (const name of names) w.gates.open(name);
        const answers = await Promise.all(pending.map(async ({ go }) => go()));
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
        assert.deepEqual(Object.keys((await w.who(sid)).data).toSorted(), ["start", ...names].toSorted());
      }));

    test("leaves the session and its cookie alone when a login cannot be stored", async () =>
      world(make, async (w) => {
        const old = (await w.served.ask("/set?key=a&value=1")).sid;
        w.troubled.fail("reject", "replace");
        const answer = await w.served.ask("/login?user=alice", { sid: old });
        assert.deepEqual([answer.status, answer.sid], [503, undefined]);
        w.troubled.fail("none");
        assert.deepEqual(await w.who(old), { user: null, data: { a: "1" } });
      }));

    test("keeps the cookie when a logout failed, so that it can be tried again", async () =>
      world(make, async (w) => {
        const mine = await w.login("alice");
        w.troubled.fail("throw", "destroy");
        const answer = await w.served.ask("/logout", { sid: mine });
        assert.deepEqual([answer.status, answer.sid], [503, undefined]);
        assert.equal(answer.headers["clear-site-data"], undefined);
        w.troubled.fail("none");
        assert.equal((await w.served.ask("/logout", { sid: mine })).sid, "");
        assert.equal((await w.who(mine)).user, null);
      }));

    test("lists a user's sessions, newest first, without an id or a key", async () =>
      world(make, async ({ served, login }) => {
        await login("bob");
        await login("alice");
        // Newest first has a meaning only when they are not of the same millisecond.
        await setTimeout(5);
        const mine = await login("alice");
        const devices = JSON.parse((await served.ask("/list", { sid: mine })).body) as Record<
          string,
          unknown
        >[];
        assert.deepEqual(
          devices.map(({ current }) => current),
          [true, false].toSorted((a, b) => Number(b) - Number(a)),
        );
        assert.ok(!JSON.stringify(devices).includes(mine));
        assert.deepEqual(Object.keys(devices[0] ?? {}).toSorted(), [
          "address",
          "current",
          "expiresAt",
          "handle",
          "startedAt",
          "userAgent",
        ]);
      }));

    test("ends one session by its handle, but nobody else's", async () =>
      world(make, async ({ served, login, who }) => {
        const [phone, laptop, stranger] = [await login("alice"), await login("alice"), await login("bob")];
        const handle = (await served.ask("/handle", { sid: phone })).body;
        assert.equal((await served.ask(`/revoke?handle=${handle}`, { sid: stranger })).body, "false");
        assert.equal((await who(phone)).user, "alice");
        assert.equal((await served.ask(`/revoke?handle=${handle}`, { sid: laptop })).body, "true");
        assert.equal((await who(phone)).user, null);
        assert.equal((await served.ask(`/revoke?handle=${handle}`)).body, "false");
        const own = (await served.ask("/handle", { sid: laptop })).body;
        assert.equal((await served.ask(`/revoke?handle=${own}`, { sid: laptop })).sid, "");
        assert.equal((await who(laptop)).user, null);
      }));

    test("ends all others, or all, of one user's sessions", async () =>
      world(make, async ({ served, login, who }) => {
        const [phone, laptop, stranger] = [await login("alice"), await login("alice"), await login("bob")];
        assert.equal((await served.ask("/revokeOthers", { sid: laptop })).body, "1");
        assert.deepEqual([(await who(phone)).user, (await who(laptop)).user], [null, "alice"]);
        const again = await login("alice");
        assert.equal((await served.ask("/revokeAll", { sid: laptop })).sid, "");
        assert.deepEqual(
          [(await who(again)).user, (await who(laptop)).user, (await who(stranger)).user],
          [null, null, "bob"],
        );
        assert.equal((await who(await login("alice"))).user, "alice");
      }));

    test("ends a login under way with the old password", async () =>
      world(make, async (w) => {
        const { troubled } = w;
        const inner = troubled.store.insert.bind(troubled.store);
        Object.defineProperty(troubled, "insert", {
          value: async (...parameters: Parameters<typeof inner>) => {
            await userSessions(troubled.store).revokeAll("alice");
            await inner(...parameters);
          },
        });
        const mine = (await w.served.ask("/login?user=alice")).sid;
        assert.equal((await w.who(mine)).user, null);
      }));

    test("ends the oldest session beyond the limit", async () =>
      world(
        make,
        async ({ login, who }) => {
          const sids = [await login("alice"), await login("alice")];
          await setTimeout(2);
          sids.push(await login("alice"));
          const users = await Promise.all(sids.map(async (sid) => (await who(sid)).user));
          assert.equal(users.filter((user) => user === "alice").length, 2);
          assert.equal(users[2], "alice");
        },
        { maxPerUser: 2 },
      ));

    test("refuses a login beyond the limit, and keeps none of it", async () =>
      world(
        make,
        async ({ served, login, who }) => {
          const first = await login("alice");
          await setTimeout(2);
          const answer = await served.ask("/login?user=alice");
          assert.equal(answer.status, 409);
          assert.match(answer.body, /SESSION_LIMIT/);
          assert.ok(answer.sid === undefined || answer.sid === "");
          assert.equal((await who(first)).user, "alice");
          const devices = JSON.parse((await served.ask("/list", { sid: first })).body) as unknown[];
          assert.equal(devices.length, 1);
        },
        { maxPerUser: 1, whenUserIsFull: "refuse" },
      ));
  });
}

test("tells events what happened, and never an id", async () => {
  const events: string[] = [];
  const all: unknown[] = [];
  const stop = onSecurityEvent((event) => {
    all.push(event);
    if (event.name.startsWith("session.")) events.push(`${event.name} ${event.because ?? ""}`);
  });
  const [, make] = BOTH_KINDS[0] ?? assert.fail();
  await world(make, async (w) => {
    const old = (await w.served.ask("/set?key=a&value=1")).sid;
    const mine = await w.login("alice", old);
    const late = await askAndWait(w, "/set?key=a&value=1", "g", mine);
    await w.served.ask("/logout", { sid: mine });
    await late.go();
    await w.served.ask("/who", { headers: { Cookie: "__Host-sid=a; __Host-sid=b" } });
    for (const sid of [old, mine]) assert.ok(!JSON.stringify(all).includes(sid ?? "?"));
  });
  stop();
  assert.deepEqual(events, [
    "session.started first-value",
    "session.started login",
    "session.ended logout",
    "session.write-dropped session-ended-meanwhile",
    "session.cookie-rejected repeated-or-malformed",
  ]);
});

for (const name of ["isPrototypeOf", "propertyIsEnumerable", "__defineGetter__"]) {
  test(`carries no ${name} of a visitor into a login, nor of a user past the logout`, async () => {
    const served = await serve((app) => {
      app.get("/keep", (req, res) => {
        Reflect.set(req.session, name, "somebody's");
        res.end();
      });
      app.get("/login", async (req, res) => {
        await req.session.login("bob");
        res.json(Object.keys(req.session));
      });
      app.get("/logout", async (req, res) => {
        Reflect.set(req.session, name, "bob's");
        await req.session.logout();
        res.json(Object.keys(req.session));
      });
    });
    try {
      const { sid } = await served.ask("/keep");
      const login = await served.ask("/login", { sid });
      const logout = await served.ask("/logout", { sid: login.sid });
      assert.deepEqual([login.body, logout.body, logout.sid], ["[]", "[]", ""]);
    } finally {
      await served.close();
    }
  });
}
