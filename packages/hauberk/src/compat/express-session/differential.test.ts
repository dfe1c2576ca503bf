import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Application, RequestHandler } from "express";
import {
  observe,
  OURS,
  SECRET,
  sessioned,
  signed,
  THEIRS,
  type Implementation,
  type Scenario,
  type Step,
} from "../../../test/compat/lab.ts";

/** The planted id of an attacker who knows no secret. */
const PLANTED = "planted-by-an-attacker-0123456789";

function failing(...methods: readonly string[]): NonNullable<Step["before"]> {
  return (store) => {
    store.failing.clear();
    for (const method of methods) store.failing.add(method);
  };
}

const cookieHeader = (value: string): string => `connect.sid=${encodeURIComponent(value)}`;

/** Rows in which both behave alike: status, body, Set-Cookie with its attributes, and the writes the store sees. */
const alike: Readonly<Record<string, Scenario>> = {
  // Defaults and the life of a session
  "counts over requests": { steps: ["/count", "/count", "/count", "/read"] },
  "stores nothing for a visitor who only reads": { steps: ["/still", "/read", "/still"] },
  "stores an uninitialized session when told so": {
    options: { saveUninitialized: true },
    steps: ["/still", "/still", "/read"],
  },
  "saves again what is unchanged when told so": {
    options: { resave: true },
    steps: ["/count", "/still", "/read"],
  },
  "has express-session's defaults": {
    options: { resave: undefined, saveUninitialized: undefined },
    steps: ["/still", "/count", "/read", "/destroy", "/still"],
  },
  "touches what is unchanged": { steps: ["/count", "/read", "/same", "/still"] },
  "does without touch in a store that has none": { touch: false, steps: ["/count", "/read", "/still"] },
  "sends the cookie with every answer when rolling": {
    options: { rolling: true },
    steps: ["/count", "/read", "/still"],
  },
  "sends no rolling cookie without a session": { options: { rolling: true }, steps: ["/still", "/read"] },
  "drops a key": { steps: ["/set/a/1", "/set/b/2", "/delete/a", "/read"] },
  "keeps a value that is set to what it was": { steps: ["/set/a/1", "/set/a/1", "/read"] },
  "shows the same id in both places": { steps: ["/count", "/id"] },

  // Methods
  "ends a session": { steps: ["/count", "/destroy", "/count"] },
  "ends a session without a callback": { steps: ["/count", "/destroy-silently", "/read"] },
  "regenerates into a new and empty session": { steps: ["/count", "/regenerate", "/read"] },
  "regenerates for a visitor without a session": { steps: ["/regenerate", "/read"] },
  "reloads and gives up what was changed": { steps: ["/count", "/reload", "/read"] },
  "fails to reload what was never saved": { steps: ["/reload"] },
  "saves at once, and once": { steps: ["/save", "/read"] },
  "saves again what changed after a save": { steps: ["/save-then-change", "/read"] },
  "chains touch and resetMaxAge": { steps: ["/count", "/chain"] },
  "gives the store's data by the session's id": { steps: ["/foreign/get"] },
  "loads a session of the store": { steps: ["/foreign/load"] },
  "ends a session by its id": { steps: ["/foreign/destroy"] },
  "regenerates by the store": { steps: ["/foreign/regenerate", "/read"] },
  "generates by the store": { steps: ["/foreign/generate", "/read"] },
  "creates a session of data": { steps: ["/foreign/create", "/read"] },

  // Cookies
  "ends the cookie with maxAge": {
    options: { cookie: { maxAge: 60_000 } },
    steps: ["/count", "/read", "/count"],
  },
  "ends the cookie of one session": { steps: ["/maxage/30000", "/read", "/count"] },
  "ends a cookie with the browser again": {
    options: { cookie: { maxAge: 60_000 } },
    steps: ["/count", "/maxage/null", "/count"],
  },
  "sends every attribute of a cookie": {
    options: {
      cookie: {
        domain: "app.example",
        path: "/",
        httpOnly: false,
        sameSite: "strict",
        priority: "high",
        partitioned: true,
        maxAge: 5000,
      },
    },
    steps: ["/count", "/read"],
  },
  "names the cookie": { options: { name: "__Host-id" }, steps: ["/count", "/count"] },
  "names the cookie by the old option": { options: { key: "old" }, steps: ["/count", "/count"] },
  "sends no secure cookie over http": { options: { cookie: { secure: true } }, steps: ["/count", "/count"] },
  "sends a secure cookie behind a declared proxy": {
    options: { cookie: { secure: true }, proxy: true },
    steps: [{ path: "/count", headers: { "X-Forwarded-Proto": "https" } }, "/read"],
  },
  "believes the first protocol of a chain": {
    options: { cookie: { secure: true }, proxy: true },
    steps: [
      { path: "/count", headers: { "X-Forwarded-Proto": "HTTPS , http" } },
      { path: "/count", cookie: "none", headers: { "X-Forwarded-Proto": "http, https" } },
    ],
  },
  "believes no protocol header without a proxy": {
    options: { cookie: { secure: true }, proxy: false },
    steps: [{ path: "/count", headers: { "X-Forwarded-Proto": "https" } }],
  },
  "asks Express, which was told of no proxy": {
    options: { cookie: { secure: true } },
    steps: [{ path: "/count", headers: { "X-Forwarded-Proto": "https" } }],
  },
  "asks Express, which was told of a proxy": {
    options: { cookie: { secure: true } },
    app: (app, session) => {
      app.set("trust proxy", 1);
      app.use(session);
      app.get("/", (req, res) => {
        sessioned(req).session["n"] = 1;
        res.send("set");
      });
    },
    steps: [{ path: "/", headers: { "X-Forwarded-Proto": "https" } }],
  },
  "is secure by itself over https only": {
    options: { cookie: { secure: "auto", sameSite: "auto" }, proxy: true },
    steps: ["/count", { path: "/count", cookie: "none", headers: { "X-Forwarded-Proto": "https" } }],
  },
  "asks a function for the cookie": {
    options: { cookie: (req: { readonly url: string }) => ({ maxAge: req.url === "/count" ? 5000 : 9000 }) },
    steps: ["/count", { path: "/set/a/b", cookie: "none" }],
  },
  "leaves other paths alone": {
    options: { cookie: { path: "/admin" } },
    app: (app, session) => {
      app.use(session);
      app.use((req, res) => void res.send(typeof sessioned(req).session));
    },
    steps: ["/", "/admin", "/admin/", "/admin/users", "/admin?x=1", "/ADMIN", "/x/admin", "//admin"],
  },
  "sees the whole path in a mounted router": {
    options: { cookie: { path: "/admin" } },
    app: (app, session) => {
      app.use("/admin", session, (req, res) => void res.send(typeof sessioned(req).session));
    },
    steps: ["/admin/x"],
  },

  // Options that are asked at run time
  "takes ids from genid": {
    options: { genid: () => "made-by-the-application" },
    steps: ["/count", "/count"],
  },
  "stores nothing under an id that is no text": {
    options: { genid: () => 17, saveUninitialized: true },
    steps: ["/count", "/count"],
  },
  "fails when genid does": {
    options: {
      genid: () => {
        throw new Error("no entropy");
      },
    },
    steps: ["/count"],
  },
  "keeps what was unset": { steps: ["/count", "/null", "/read"] },
  "keeps what was deleted": { steps: ["/count", "/deleted", "/read"] },
  "ends what was unset when told so": { options: { unset: "destroy" }, steps: ["/count", "/null", "/read"] },
  "ends what was deleted when told so": {
    options: { unset: "destroy" },
    steps: ["/count", "/deleted", "/read"],
  },
  "ends a session that was never there": { options: { unset: "destroy" }, steps: ["/null"] },
  "stores nothing once sessionID is no text": { steps: ["/bad-id"] },

  // Answers
  "saves before a redirect": { steps: ["/redirect", "/read"] },
  "adds to the cookies of writeHead": { steps: ["/head", "/read"] },
  "saves with a 304": { steps: ["/status/304", "/read"] },
  "saves with a 204": { steps: ["/status/204", "/read"] },
  "saves with a 500": { steps: ["/status/500", "/read"] },
  "saves for HEAD": { steps: [{ path: "/count", method: "HEAD" }, "/read"] },
  "answers once when it is ended twice": { steps: ["/twice", "/read"] },
  "sends a body whose length was declared": { steps: ["/fixed-length", "/read"] },
  "saves what was set before the route threw": { steps: ["/throw", "/read"] },
  "leaves a request alone that has a session": {
    app: (app, session) => {
      app.use((req, _res, next) => {
        Reflect.set(req, "session", { mine: true });
        next();
      });
      app.use(session, (req, res) => void res.json(sessioned(req).session));
    },
    steps: [{ path: "/", cookie: cookieHeader(signed(PLANTED)) }],
  },
  "does nothing when it is mounted twice": {
    app: (app, session) => {
      app.use(session, session);
      app.get("/", (req, res) => void res.send(String((sessioned(req).session["n"] = 1))));
    },
    steps: ["/", "/"],
  },

  // Secrets
  "verifies with an old secret and signs with the new one": {
    options: { secret: ["new secret", SECRET], rolling: true },
    steps: [{ path: "/count", cookie: cookieHeader(signed(PLANTED)) }, "/count"],
  },
  "asks cookie-parser's secret": {
    options: { secret: undefined },
    app: (app, session) => {
      app.use((req, _res, next) => {
        Reflect.set(req, "secret", SECRET);
        next();
      });
      app.use(session);
      app.get("/", (req, res) => void res.send(String((sessioned(req).session["n"] = 1))));
    },
    steps: ["/", "/"],
  },
  "refuses to work without a secret": { options: { secret: undefined }, steps: ["/still"] },

  // What attackers send
  "takes an unsigned id for none": { steps: [{ path: "/count", cookie: `connect.sid=${PLANTED}` }] },
  "takes an id signed with another secret for none": {
    steps: [{ path: "/count", cookie: cookieHeader(signed(PLANTED, "guessed")) }],
  },
  "takes an id without a signature for none": {
    steps: [{ path: "/count", cookie: cookieHeader(`s:${PLANTED}`) }],
  },
  "takes an id with an empty signature for none": {
    steps: [{ path: "/count", cookie: cookieHeader(`s:${PLANTED}.`) }],
  },
  "takes a cut signature for none": {
    steps: [{ path: "/count", cookie: cookieHeader(signed(PLANTED).slice(0, -1)) }],
  },
  "takes a signature with something behind it for none": {
    steps: [{ path: "/count", cookie: cookieHeader(`${signed(PLANTED)}x`) }],
  },
  "takes a signature in other letters for none": {
    steps: [{ path: "/count", cookie: cookieHeader(signed(PLANTED).toLowerCase()) }],
  },
  "takes an upper-case prefix for none": {
    steps: [{ path: "/count", cookie: cookieHeader(signed(PLANTED).replace("s:", "S:")) }],
  },
  "takes a name in other letters for none": {
    steps: [{ path: "/count", cookie: `Connect.Sid=${encodeURIComponent(signed(PLANTED))}` }],
  },
  "takes a broken percent sequence for none": {
    steps: [{ path: "/count", cookie: "connect.sid=s%3Aabc%ZZ.x" }],
  },
  "takes an empty value for none": { steps: [{ path: "/count", cookie: "connect.sid=" }] },
  "takes a name without a value for none": { steps: [{ path: "/count", cookie: "connect.sid" }] },
  "takes 6 KB of nothing for none": {
    steps: [{ path: "/count", cookie: `connect.sid=${"a".repeat(6000)}` }],
  },
  "takes prototype names for none": { steps: [{ path: "/count", cookie: "__proto__=x; constructor=y" }] },
  "gives a new id for one that is signed well and unknown": {
    steps: [{ path: "/count", cookie: cookieHeader(signed(PLANTED)) }, "/id"],
  },
  "gives a new id for one that was ended": {
    steps: ["/count", "/destroy", { path: "/count", cookie: "{id}" }, "/id"],
  },
  "gives a new id for one that was regenerated": {
    steps: ["/count", "/regenerate", { path: "/count", cookie: "{id}" }],
  },
  "reads a cookie in quotes": {
    steps: ["/count", { path: "/count", cookie: `connect.sid="${signed(PLANTED)}"` }],
  },
  "reads a signed cookie among others": { steps: ["/count", { path: "/count", cookie: "a=b;  {id} ; c=d" }] },
  "keeps no key that swaps the prototype": { steps: ["/set/__proto__/x", "/read"] },

  // Stores in trouble
  "fails when the store cannot read": { steps: ["/count", { path: "/count", before: failing("get") }] },
  "serves a page whose session could not be touched": {
    steps: ["/count", { path: "/still", before: failing("touch") }],
  },
  "fails when the store cannot end a session": {
    steps: ["/count", { path: "/destroy", before: failing("destroy") }],
  },
  "fails when the store cannot end what is regenerated": {
    steps: ["/count", { path: "/regenerate", before: failing("destroy") }],
  },
  "takes a file that is not there for no session": {
    steps: [
      "/count",
      {
        path: "/count",
        before: (store) => {
          const get = Reflect.get(store, "get") as object;
          Object.defineProperty(store, "get", {
            configurable: true,
            value: (_sid: string, done: (error: unknown) => void) => {
              Object.defineProperty(store, "get", { configurable: true, value: get });
              setImmediate(done, Object.assign(new Error("no file"), { code: "ENOENT" }));
            },
          });
        },
      },
    ],
  },
  "goes without a session while the store says so": {
    app: (app, session) => {
      app.use(session);
      app.get("/", (req, res) => void res.send(typeof sessioned(req).session));
    },
    steps: [
      "/",
      { path: "/", before: (store) => void store.emit("disconnect") },
      { path: "/", before: (store) => void store.emit("connect") },
    ],
  },
};

function typeOfSession(app: Application, session: RequestHandler): void {
  app.use(session, (req, res) => void res.send(typeof sessioned(req).session));
}

function wait(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("as express-session 1.19", () => {
  for (const [name, scenario] of Object.entries(alike)) {
    test(name, async () => {
      assert.deepEqual(await observe(OURS, scenario), await observe(THEIRS, scenario));
    });
  }
});

const FIRST = "200 1 | connect.sid=<signed id1>; Path=/; HttpOnly | set id1";
const UNSAVED =
  '503 {"type":"about:blank","status":503,"code":"SESSION_STORE_FAILED","title":"Service Unavailable","requestId":"..."}';

/** Rows in which we differ, and why. */
const different: Readonly<
  Record<string, Scenario & { readonly theirs: readonly string[]; readonly ours: readonly string[] }>
> = {
  // A session lives as long as its record says, whatever the store's own clock does.
  "ends a session whose maxAge is over": {
    steps: ["/maxage/1", { path: "/count", before: () => wait(5) }],
    theirs: [
      "200 0 | connect.sid=<signed id1>; Path=/; Expires=+0; HttpOnly | set id1",
      "200 2 | connect.sid=<signed id1>; Path=/; Expires=+0; HttpOnly | set id1",
    ],
    ours: [
      "200 0 | connect.sid=<signed id1>; Path=/; Expires=+0; HttpOnly | set id1",
      "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2",
    ],
  },
  "ends a session whose maxAge is negative": {
    steps: ["/maxage/-5000", "/count"],
    theirs: [
      "200 -5 | connect.sid=<signed id1>; Path=/; Expires=+-5; HttpOnly | set id1",
      "200 2 | connect.sid=<signed id1>; Path=/; Expires=+-5; HttpOnly | set id1",
    ],
    ours: [
      "200 -5 | connect.sid=<signed id1>; Path=/; Expires=+-5; HttpOnly | set id1",
      "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2",
    ],
  },
  // What was set before the first byte is safe before the first byte.
  "saves twice when a page changes its session while it streams": {
    steps: ["/stream", "/read"],
    theirs: [
      "200 one two | connect.sid=<signed id1>; Path=/; HttpOnly | set id1",
      '200 {"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"n":2} | no cookie | touch id1',
    ],
    ours: [
      "200 one two | connect.sid=<signed id1>; Path=/; HttpOnly | set id1, set id1",
      '200 {"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"n":2} | no cookie | touch id1',
    ],
  },
  "says that a session without a save method was not saved": {
    steps: ["/set/save/x"],
    theirs: ["200 set | no cookie | no write"],
    ours: [`${UNSAVED} | no cookie | no write`],
  },
  "answers 503 and sends no cookie when the session cannot be saved": {
    steps: [{ path: "/count", before: failing("set") }],
    theirs: [FIRST],
    ours: [`${UNSAVED} | no cookie | set <unsent id>`],
  },
  "answers 503 when what was saved by hand could not be": {
    steps: [{ path: "/save", before: failing("set") }],
    theirs: ["500 error: set failed | connect.sid=<signed id1>; Path=/; HttpOnly | set id1"],
    ours: [`${UNSAVED} | no cookie | set <unsent id>, set <unsent id>`],
  },
  "answers 503 when the session of a redirect cannot be saved": {
    steps: [{ path: "/redirect", before: failing("set") }],
    theirs: ["302 Found. Redirecting to /read | connect.sid=<signed id1>; Path=/; HttpOnly | set id1"],
    ours: [`${UNSAVED} | no cookie | set <unsent id>`],
  },
  "answers 503 when a session cannot be ended by unset": {
    options: { unset: "destroy" },
    steps: ["/count", { path: "/null", before: failing("destroy") }],
    theirs: [FIRST, "200 null | no cookie | destroy id1"],
    ours: [FIRST, `${UNSAVED} | no cookie | destroy id1`],
  },
  "cuts a page off whose last change could not be saved": {
    steps: ["/count", { path: "/stream-late", before: failing("set") }],
    theirs: [FIRST, "200 one two | no cookie | set id1"],
    ours: [FIRST, "200 cut one  | no cookie | touch id1, set id1"],
  },
  "leaves a path alone that only begins like the cookie's": {
    options: { cookie: { path: "/admin" } },
    app: typeOfSession,
    steps: ["/administrator", "/admin-old/x", "/admin%2Fx"],
    theirs: [
      "200 object | no cookie | no write",
      "200 object | no cookie | no write",
      "200 object | no cookie | no write",
    ],
    ours: [
      "200 undefined | no cookie | no write",
      "200 undefined | no cookie | no write",
      "200 undefined | no cookie | no write",
    ],
  },
  "is secure by itself when a function says auto": {
    options: { cookie: () => ({ secure: "auto", sameSite: "auto" }) },
    steps: ["/count"],
    theirs: ["200 1 | no cookie | set <unsent id>"],
    ours: ["200 1 | connect.sid=<signed id1>; Path=/; HttpOnly; SameSite=Lax | set id1"],
  },
  "takes two ids that are both signed well for none": {
    steps: ["/count", { path: "/count", cookie: `{id}; ${cookieHeader(signed(PLANTED))}` }],
    theirs: [FIRST, "200 2 | no cookie | set id1"],
    ours: [FIRST, "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2"],
  },
  "finds its id behind one that somebody planted unsigned": {
    steps: ["/count", { path: "/count", cookie: `connect.sid=s%3A${PLANTED}.x; {id}` }],
    theirs: [FIRST, "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2"],
    ours: [FIRST, "200 2 | no cookie | set id1"],
  },
  "takes a record without a cookie for none": {
    steps: ["/count", { path: "/count", before: rewrite(() => "{}") }],
    theirs: [
      FIRST,
      "500 error: Cannot read properties of undefined (reading 'expires') | no cookie | no write",
    ],
    ours: [FIRST, "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2"],
  },
  "takes a record that is no object for none": {
    steps: ["/count", { path: "/count", before: rewrite(() => '"admin"') }],
    theirs: [
      FIRST,
      "500 error: Cannot read properties of undefined (reading 'expires') | no cookie | no write",
    ],
    ours: [FIRST, "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2"],
  },
  "takes a record whose end nobody can read for none": {
    steps: ["/count", { path: "/count", before: rewrite(() => '{"cookie":{"expires":"soon"},"n":7}') }],
    theirs: [FIRST, "200 8 | no cookie | set id1"],
    ours: [FIRST, "200 1 | connect.sid=<signed id2>; Path=/; HttpOnly | set id2"],
  },
  "lets nothing in a store swap the prototype": {
    steps: [
      "/count",
      {
        path: "/who",
        before: rewrite(() => '{"cookie":{"__proto__":{"secure":true}},"__proto__":{"admin":true}}'),
      },
    ],
    theirs: [FIRST, "200 undefined true | no cookie | set id1"],
    ours: [FIRST, "200 undefined true | no cookie | touch id1"],
  },
};

function rewrite(text: () => string): NonNullable<Step["before"]> {
  return (store) => {
    for (const sid of store.sessions.keys()) store.sessions.set(sid, text());
  };
}

describe("unlike express-session 1.19, on purpose", () => {
  for (const [name, { theirs, ours, ...scenario }] of Object.entries(different)) {
    test(name, async () => {
      assert.deepEqual(await observe(THEIRS, scenario), theirs);
      assert.deepEqual(await observe(OURS, scenario), ours);
    });
  }
});

const refused: readonly [string, object][] = [
  ["a genid that is no function", { genid: "uuid" }],
  ["an unset that is not known", { unset: "remove" }],
  ["an empty list of secrets", { secret: [] }],
];
for (const [name, options] of refused) {
  test(`refuses ${name} in the same words`, () => {
    assert.match(refusalOf(OURS, options), /^TypeError: /);
    assert.equal(refusalOf(OURS, options), refusalOf(THEIRS, options));
  });
}

function refusalOf(implementation: Implementation, options: object): string {
  try {
    implementation({ resave: false, saveUninitialized: false, secret: SECRET, ...options });
  } catch (error) {
    return String(error);
  }
  return "accepted";
}
