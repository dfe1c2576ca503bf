import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test, type TestContext } from "node:test";
import express, { type Application } from "express";
import {
  OURS,
  recorder,
  SECRET,
  serveHandler,
  sessioned,
  signed,
  THEIRS,
  type Implementation,
  type Recorder,
} from "../../../test/compat/lab.ts";
import { keyOf } from "../../session/id.ts";

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

type Done = (error?: unknown, found?: unknown) => void;
type Touch = (store: Recorder) => (sid: string, session: object, done: Done) => void;

/** As the stores for Firestore and DynamoDB do. */
const touchThatWrites: Touch = (store) => (sid, session, done) => store.set(sid, session, done);

/** As the store that keeps files does: another request's logout may come in between. */
const touchThatReadsAndWrites: Touch =
  (store) =>
  (sid, { cookie }: { cookie?: unknown }, done) =>
    store.get(sid, (_error: unknown, found: unknown) => {
      if (found === undefined) done();
      else store.set(sid, { ...(found as object), cookie }, done);
    });

interface Served extends Awaited<ReturnType<typeof serveHandler>> {
  readonly store: Recorder;
  /** Starts a session and returns its Cookie header. */
  readonly visit: (path?: string, cookie?: string) => Promise<string>;
  readonly read: (cookie: string) => Promise<Record<string, unknown>>;
}

async function serve(
  context: TestContext,
  implementation: Implementation = OURS,
  { touch, ...options }: { readonly touch?: Touch } = {},
): Promise<Served> {
  const store = recorder(implementation);
  if (touch !== undefined) Object.defineProperty(store, "touch", { value: touch(store) });
  store.delayMs = 2;
  const app = express();
  app.use(
    implementation({
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      store,
      ...options,
    }),
  );
  routes(app);
  const served = await serveHandler(app);
  context.after(served.close);
  return {
    ...served,
    store,
    visit: async (path = "/set/start?waitMs=0", cookie) => {
      const { cookies } = await served.ask(path, cookie === undefined ? {} : { Cookie: cookie });
      return (cookies[0] ?? "").split(";", 1)[0] ?? "";
    },
    read: async (cookie) =>
      JSON.parse((await served.ask("/read", { Cookie: cookie })).body) as Record<string, unknown>,
  };
}

function routes(app: Application): void {
  app.get("/read", (req, res) => {
    const { cookie: _cookie, ...data } = sessioned(req).session;
    res.json(data);
  });
  app.get("/set/:key", (req, res) => {
    setTimeout(() => {
      sessioned(req).session[req.params.key] = true;
      res.send("set");
    }, Number(req.query["waitMs"]));
  });
  app.get("/slow-read", (req, res) => {
    const before = sessioned(req).session["user"];
    setTimeout(() => res.send(String(before)), Number(req.query["waitMs"]));
  });
  app.get("/login", (req, res, next) => {
    const asked = sessioned(req);
    asked.session.regenerate((error) => {
      if (error instanceof Error) return next(error);
      asked.session["user"] = "bob";
      res.send("in");
    });
  });
  app.get("/logout", (req, res, next) => {
    sessioned(req).session.destroy((error) => (error instanceof Error ? next(error) : res.send("out")));
  });
  app.get("/unawaited", (req, res) => {
    const asked = sessioned(req);
    asked.session["kept"] = 1;
    asked.session.save();
    res.send("sent");
  });
  app.get("/promises", async (req, res) => {
    const asked = sessioned(req);
    asked.session["a"] = 1;
    await asked.session.save();
    asked.session["lost"] = 1;
    await asked.session.reload();
    const reloaded = asked.session["lost"];
    await asked.session.regenerate();
    await asked.session.destroy();
    res.json([reloaded, typeof asked.session]);
  });
}

const lost = async (context: TestContext, implementation: Implementation): Promise<number> => {
  const served = await serve(context, implementation);
  const cookie = await served.visit();
  await Promise.all(
    Array.from({ length: 30 }, async (_each, index) =>
      served.ask(`/set/k${index}?waitMs=${index % 5}`, { Cookie: cookie }),
    ),
  );
  const kept = Object.keys(await served.read(cookie)).filter((key) => key.startsWith("k"));
  return 30 - kept.length;
};

const revived = async (
  context: TestContext,
  implementation: Implementation,
  options: { readonly touch?: Touch; readonly rounds?: number; readonly resave?: boolean },
): Promise<number> => {
  const { rounds = 25, ...given } = options;
  const served = await serve(context, implementation, given);
  let count = 0;
  for (let round = 0; round < rounds; round++) {
    /* oxlint-disable no-await-in-loop -- rounds */
    const cookie = await served.visit("/login");
    served.store.calls.length = 0;
    const late = Promise.all([
      served.ask(`/set/late?waitMs=${30 + round}`, { Cookie: cookie }),
      served.ask(`/slow-read?waitMs=${30 + round}`, { Cookie: cookie }),
    ]);
    while (served.store.calls.length < 2) await pause(1);
    await pause(5);
    await served.ask("/logout", { Cookie: cookie });
    await late;
    if ((await served.read(cookie))["user"] === "bob") count++;
    /* oxlint-enable no-await-in-loop */
  }
  return count;
};

/** Every row is run against express-session too, to see that it has the fault: a race that cannot go wrong proves nothing. */
describe("parallel requests", () => {
  test("keep what each of 30 wrote, where express-session keeps less", async (context) => {
    assert.ok((await lost(context, THEIRS)) > 0);
    for (let round = 0; round < 10; round++)
      // oxlint-disable-next-line no-await-in-loop -- rounds
      assert.equal(await lost(context, OURS), 0);
  });

  for (const [name, options] of [
    ["and only changes are saved", {}],
    ["and everything is saved again", { resave: true }],
  ] as const) {
    test(`cannot undo a logout, as they can with express-session, when they end after it ${name}`, async (context) => {
      assert.ok((await revived(context, THEIRS, options)) > 0);
      assert.equal(await revived(context, OURS, options), 0);
    });
  }

  test("cannot undo a logout, as they can with express-session, in a store whose touch writes all it is given", async (context) => {
    const options = { touch: touchThatWrites, rounds: 5 };
    assert.ok((await revived(context, THEIRS, options)) > 0);
    assert.equal(await revived(context, OURS, options), 0);
  });

  test("cannot undo a logout in a store whose touch reads and writes", async (context) => {
    const served = await serve(context, OURS, { touch: touchThatReadsAndWrites });
    for (let round = 0; round < 20; round++) {
      /* oxlint-disable no-await-in-loop -- rounds */
      const cookie = await served.visit("/login");
      const touching = served.ask("/slow-read?waitMs=0", { Cookie: cookie });
      await pause(round / 2);
      await Promise.all([touching, served.ask("/logout", { Cookie: cookie })]);
      assert.deepEqual(await served.read(cookie), {}, `round ${round}`);
      /* oxlint-enable no-await-in-loop */
    }
  });

  test("that only read undo no other's write in a store whose touch writes all it is given", async (context) => {
    const lostKeys = async (implementation: Implementation): Promise<number> => {
      const served = await serve(context, implementation, { touch: touchThatWrites });
      const cookie = await served.visit();
      const reading = served.ask("/slow-read?waitMs=60", { Cookie: cookie });
      await pause(20);
      await served.ask("/set/mine?waitMs=0", { Cookie: cookie });
      await reading;
      return "mine" in (await served.read(cookie)) ? 0 : 1;
    };
    assert.equal(await lostKeys(THEIRS), 1);
    assert.equal(await lostKeys(OURS), 0);
  });

  test("cannot bring back the session of before a login", async (context) => {
    const served = await serve(context);
    const before = await served.visit();
    const late = served.ask("/set/late?waitMs=30", { Cookie: before });
    const after = await served.visit("/login", before);
    await late;
    assert.deepEqual(await served.read(before), {});
    assert.deepEqual(await served.read(after), { user: "bob" });
  });

  test("let the last writer of one key win, and keep what it deleted away", async (context) => {
    const served = await serve(context);
    const cookie = await served.visit();
    await Promise.all([
      served.ask("/set/same?waitMs=5", { Cookie: cookie }),
      served.ask("/set/other?waitMs=1", { Cookie: cookie }),
      served.ask("/set/same?waitMs=9", { Cookie: cookie }),
    ]);
    assert.deepEqual(await served.read(cookie), { start: true, same: true, other: true });
  });
});

describe("the id", () => {
  test("is nowhere in the store", async (context) => {
    const served = await serve(context);
    const cookie = await served.visit();
    await served.ask("/set/more?waitMs=0", { Cookie: cookie });
    const id = decodeURIComponent(cookie).slice("connect.sid=s:".length).split(".", 1)[0] ?? "";
    assert.equal(id.length, 32);
    const everything = JSON.stringify([[...served.store.sessions], served.store.calls]);
    assert.ok(!everything.includes(id));
    assert.ok(served.store.sessions.has(`sha256-${keyOf(id)}`));
  });

  test("cannot be a key of the store, also for somebody who knows the secret", async (context) => {
    const served = await serve(context);
    await served.visit("/login");
    const [key = ""] = served.store.sessions.keys();
    const stolen = `connect.sid=${encodeURIComponent(signed(key))}`;
    assert.deepEqual(await served.read(stolen), {});
  });

  test("of an attacker stays a visitor's when the victim logs in with it", async (context) => {
    const served = await serve(context);
    const planted = await served.visit();
    const victim = await served.visit("/login", planted);
    assert.notEqual(victim, planted);
    assert.deepEqual(await served.read(planted), {});
    assert.deepEqual(await served.read(victim), { user: "bob" });
  });

  test("of an attacker beside the victim's own, both signed well, logs nobody in", async (context) => {
    const served = await serve(context);
    const [attackers, victims] = [await served.visit("/login"), await served.visit("/login")];
    assert.deepEqual(await served.read(`${attackers}; ${victims}`), {});
    assert.deepEqual(await served.read(`${victims}; ${victims}`), { user: "bob" });
  });
});

describe("the application", () => {
  test("need not wait for a save, and nothing ends the process when it fails", async (context) => {
    const served = await serve(context);
    assert.equal((await served.ask("/unawaited")).status, 200);
    served.store.failing.add("set");
    assert.equal((await served.ask("/unawaited")).status, 503);
  });

  test("may wait for promises instead of callbacks", async (context) => {
    const served = await serve(context);
    assert.equal((await served.ask("/promises")).body, '[null,"undefined"]');
  });

  test("gets the function itself from require()", () => {
    const required: unknown = createRequire(import.meta.url)("./index.ts");
    assert.equal(required, OURS);
    assert.equal(typeof Reflect.get(required as object, "Store"), "function");
  });

  test("can be a WebSocket server that has no response", async () => {
    const middleware = OURS({ secret: SECRET, resave: false, saveUninitialized: false });
    const req = { headers: {}, url: "/", socket: {} };
    await new Promise((resolve) => {
      Reflect.apply(middleware, undefined, [req, {}, resolve]);
    });
    assert.equal(typeof Reflect.get(req, "session"), "object");
  });
});
