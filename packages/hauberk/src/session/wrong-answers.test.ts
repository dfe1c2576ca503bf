import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { Application } from "express";
import { serve, type Answer } from "../../test/session/app.ts";
import { sampleRecord } from "../../test/session/record.ts";
import "../express.ts";
import type { SessionOptions } from "./index.ts";
import { keyOf } from "./id.ts";
import { memoryStore } from "./memory.ts";
import { markOf, type SessionRecord } from "./record.ts";
import type { SessionStore } from "./store.ts";

function routes(app: Application): void {
  app.get("/login", async (req, res) => {
    await req.session.login("alice", req.query);
    res.send("in");
  });
  app.get("/logout", async (req, res) => {
    await req.session.logout();
    res.send("out");
  });
  app.get("/list", async (req, res) => void res.json(await req.session.list()));
  app.get("/who", (req, res) => {
    const data = Object.fromEntries(Object.entries(req.session));
    res.json({ user: req.session.userId ?? null, ...data });
  });
  app.get("/set", (req, res) => {
    Object.assign(req.session, { role: "visitor" });
    res.send("set");
  });
}

type Methods = { readonly [Name in keyof SessionStore]?: (...parameters: never[]) => unknown };

/** A store of somebody else: it works, but for what these methods answer. Asks one after the other. */
async function visit(
  wrong: Methods,
  paths: readonly string[],
  options: Partial<SessionOptions> = {},
): Promise<readonly Answer[]> {
  const store = memoryStore();
  for (const [name, value] of Object.entries(wrong)) Object.defineProperty(store, name, { value });
  const served = await serve(routes, { store, ...options });
  const answers: Answer[] = [];
  try {
    let sid: string | undefined;
    for (const path of paths) {
      const answer = await served.ask(path, { sid });
      answers.push(answer);
      sid = answer.sid ?? sid;
    }
    return answers;
  } finally {
    await served.close();
  }
}

for (const [name, answer] of [
  ["null", null],
  ["true", true],
  ["a mark without a key", { ...sampleRecord(), version: 0, data: 5 }],
] as const) {
  test(`logs out although the store answers ${name} when it destroys`, async () => {
    const answers = await visit({ destroy: () => answer }, ["/login", "/logout"]);
    assert.deepEqual([answers[1]?.status, answers[1]?.sid], [200, ""]);
  });
}

const noList: readonly [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 3],
  ["an object", {}],
  ["later, nothing", Promise.resolve()],
];
for (const [name, answer] of noList) {
  test(`logs nobody in when the store answers ${name} for the user's sessions`, async () => {
    const [login, who] = await visit({ listByUser: () => answer }, ["/login", "/who"]);
    assert.equal(login?.status, 503);
    assert.match(login?.body ?? "", /SESSION_STORE_FAILED/);
    assert.ok(login?.sid === undefined || login.sid === "", "no cookie of a login that was answered 503");
    assert.deepEqual(JSON.parse(who?.body ?? ""), { user: null });
  });
}

test("lists what is a session and passes over what is not", async () => {
  const good = { key: keyOf("a"), record: sampleRecord({ userId: "alice", handle: "good" }) };
  const odd = [
    null,
    1,
    {},
    { key: 5, record: good.record },
    { key: "k", record: { ...good.record, startedFrom: null } },
  ];
  const answers = await visit({ listByUser: () => [...odd, good] }, ["/login", "/list"]);
  const list = JSON.parse(answers[1]?.body ?? "") as { readonly handle: string }[];
  assert.deepEqual(
    list.map(({ handle }) => handle),
    ["good"],
  );
});

for (const epoch of [null, "7", -1, 1.5, {}]) {
  test(`logs nobody in when the store answers ${JSON.stringify(epoch)} for the user's epoch`, async () => {
    const [login, who] = await visit({ epochOf: () => epoch }, ["/login", "/who"]);
    assert.equal(login?.status, 503);
    assert.deepEqual(JSON.parse(who?.body ?? ""), { user: null });
  });
}

test("takes no text for the list of kept keys: each of its parts would be one", async () => {
  const [, login, who] = await visit({}, ["/set", "/login?keep=roles", "/who"]);
  assert.equal(login?.status, 500);
  assert.match(login?.body ?? "", /keep/);
  assert.deepEqual(JSON.parse(who?.body ?? ""), { user: null, role: "visitor" });
});

test("counts a session that a clock ahead of this one began as older than the login", async () => {
  const store = memoryStore();
  const ahead = sampleRecord({ userId: "alice", createdAtMs: Date.now() + 120_000, handle: "ahead" });
  void store.insert(keyOf("ahead"), ahead);
  const served = await serve(routes, { store, maxPerUser: 1 });
  try {
    const login = await served.ask("/login");
    assert.equal(login.status, 200, login.body);
    assert.equal(
      (JSON.parse((await served.ask("/who", { sid: login.sid })).body) as { user: string }).user,
      "alice",
    );
    assert.deepEqual([await store.get(keyOf("ahead"))], [undefined]);
  } finally {
    await served.close();
  }
});

for (const whenUserIsFull of ["refuse", "end-oldest"] as const) {
  test(`has one session of one although the login that began first is stored last (${whenUserIsFull})`, async () => {
    const store = memoryStore();
    const insert = store.insert.bind(store);
    const gate = new EventEmitter();
    const [released, isHeld] = [once(gate, "released"), once(gate, "held")];
    let inserts = 0;
    store.insert = async (key, record) => {
      inserts += 1;
      if (inserts === 1) {
        gate.emit("held");
        await released;
      }
      await insert(key, record);
    };
    const served = await serve(routes, { store, maxPerUser: 1, whenUserIsFull });
    try {
      const slow = served.ask("/login");
      await isHeld;
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal((await served.ask("/login")).status, 200);
      gate.emit("released");
      const { status } = await slow;
      assert.ok(status === 200 || status === 409, String(status));
      assert.equal((await store.listByUser("alice")).length, 1);
    } finally {
      gate.emit("released");
      await served.close();
    }
  });
}

// During a deploy the processes of before still take what those of after refuse: the session has to be gone for both.
for (const [what, data, options] of [
  [
    "a schema refuses",
    '{"role":"x"}',
    { schema: { "~standard": { version: 1, validate: () => ({ issues: [] }) } } },
  ],
  ["nobody can read", "{", {}],
] as const) {
  for (const path of ["/logout", "/login"]) {
    test(`${path.slice(1)} ends the session whose data ${what}`, async () => {
      const store = memoryStore();
      const id = "A".repeat(43);
      void store.insert(keyOf(id), sampleRecord({ userId: "alice", data, handle: "old" }));
      const served = await serve(routes, { store, ...options });
      try {
        assert.equal((await served.ask(path, { sid: id })).status, 200);
        assert.equal(await store.get(keyOf(id)), undefined);
      } finally {
        await served.close();
      }
    });
  }
}

test("logout ends what the store has under the id, though it is no record", async () => {
  const destroyed: string[] = [];
  const destroy = (key: string): void => void destroyed.push(key);
  const id = "A".repeat(43);
  const served = await serve(routes, {
    store: Object.assign(memoryStore(), { get: () => "corrupt" as never, destroy }),
  });
  try {
    const answer = await served.ask("/logout", { sid: id });
    assert.deepEqual([answer.status, answer.sid, destroyed], [200, "", [keyOf(id)]]);
  } finally {
    await served.close();
  }
});

const markOfItself = (key: string): SessionRecord => markOf(key, "rotated", Date.now());

test("a logout in a store whose marks lead to themselves ends, and says that nobody knows", async (t) => {
  // By a turn of the event loop each, so that a logout that goes on for ever leaves the rest of the tests their time.
  const destroy = async (key: string): Promise<SessionRecord | undefined> => {
    await turn();
    return t.signal.aborted ? undefined : markOfItself(key);
  };
  const asked = visit({ destroy }, ["/login", "/logout"]);
  const [, logout] = await Promise.race([asked, pause(10_000, [], { ref: false })]);
  assert.equal(logout?.status, 409);
});

test("a change of a session that moved to itself ends, and is not answered as saved", async () => {
  let moved = false;
  const wrong: Methods = {
    get(this: SessionStore, key: string) {
      return moved ? markOfItself(key) : (Object.getPrototypeOf(this) as SessionStore).get.call(this, key);
    },
    update: () => {
      moved = true;
      return "conflict";
    },
  };
  const [, set] = await visit(wrong, ["/login", "/set"]);
  assert.deepEqual([set?.status, moved], [409, true]);
});
