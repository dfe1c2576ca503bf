import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Application } from "express";
import { BOTH_KINDS, serve, type Fault } from "../../test/session/app.ts";
import { whenStoreFails } from "./outage.ts";
import "../express.ts";
import { stopwatch } from "../../../../test/support/own-time.ts";

function routes(app: Application): void {
  app.all("/public", (_req, res) => void res.send("public"));
  app.get("/private", (req, res) => void res.send(`private ${req.session.userId ?? "nobody"}`));
  app.get("/home", whenStoreFails("anonymous"), (req, res) => {
    if (req.query["write"] !== undefined) Reflect.set(req.session, "a", 1);
    res.send(`home ${req.session.userId ?? "nobody"}`);
  });
  app.get("/login", async (req, res) => {
    await req.session.login("alice");
    res.send("in");
  });
  app.get("/logout", whenStoreFails("anonymous"), async (req, res) => {
    await req.session.logout();
    res.send("out");
  });
}

const faults: readonly Fault[] = ["throw", "reject", "hang"];
/** What a request with a session gets while the store fails. */
const rows: readonly [name: string, method: string, path: string, status: number, body: RegExp][] = [
  ["serves a page that never reads the session", "GET", "/public", 200, /^public$/],
  ["serves its HEAD", "HEAD", "/public", 200, /^$/],
  ["refuses a page that reads the session", "GET", "/private", 503, /SESSION_STORE_FAILED/],
  ["serves a visitor's page where that is declared", "GET", "/home", 200, /^home nobody$/],
  ["refuses a write where anonymous is declared", "GET", "/home?write", 503, /SESSION_STORE_FAILED/],
  ["refuses a login", "GET", "/login", 503, /SESSION_STORE_FAILED/],
  ["refuses a logout it cannot carry out", "GET", "/logout", 503, /SESSION_STORE_FAILED/],
  ["refuses a POST to a public page", "POST", "/public", 503, /SESSION_STORE_FAILED/],
  ["refuses a PUT", "PUT", "/public", 503, /SESSION_STORE_FAILED/],
  ["refuses a DELETE", "DELETE", "/public", 503, /SESSION_STORE_FAILED/],
  ["refuses a method nobody knows to be safe", "PROPFIND", "/public", 503, /SESSION_STORE_FAILED/],
];

/** Logs in before the trouble begins; beside other work a deadline may pass, so it may take more than one try. */
async function loggedIn(served: Awaited<ReturnType<typeof serve>>): Promise<string> {
  for (let round = 0; round < 20; round++) {
    // oxlint-disable-next-line no-await-in-loop -- until it is done
    const { sid } = await served.ask("/login");
    if (sid !== undefined) return sid;
  }
  throw new Error("no login in 20 tries");
}

for (const [kind, make] of BOTH_KINDS) {
  for (const fault of faults) {
    describe(`with ${kind}, when every call is a ${fault}`, () => {
      for (const [name, method, path, status, body] of rows) {
        test(name, async () => {
          const troubled = make();
          const served = await serve(routes, { store: troubled.store, storeTimeoutMs: 100 });
          const sid = await loggedIn(served);
          troubled.fail(fault);
          const answer = await served.ask(path, { method, sid });
          assert.equal(answer.status, status);
          assert.match(answer.body, body);
          assert.equal(answer.sid, undefined, "the cookie is left alone");
          troubled.fail("none");
          assert.equal((await served.ask("/private", { sid })).body, "private alice");
          await served.close();
        });
      }

      test("serves visitors without a cookie as ever", async () => {
        const troubled = make();
        troubled.fail(fault);
        const served = await serve(routes, { store: troubled.store, storeTimeoutMs: 100 });
        assert.equal((await served.ask("/private")).body, "private nobody");
        assert.equal((await served.ask("/public", { method: "POST" })).status, 200);
        await served.close();
      });
    });
  }

  test(`answers fast through a long outage and recovers by itself, with ${kind}`, async () => {
    const troubled = make();
    const served = await serve(routes, { store: troubled.store, storeTimeoutMs: 100 });
    const sid = await loggedIn(served);
    troubled.fail("hang");
    const slow = await Promise.all(Array.from({ length: 10 }, async () => served.ask("/private", { sid })));
    assert.ok(slow.every(({ status }) => status === 503));
    troubled.calls.length = 0;
    for (let count = 0; count < 20; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      assert.equal((await served.ask("/private", { sid })).status, 503);
    }
    assert.ok(troubled.calls.length <= 5, "twenty answers took longer than five deadlines");
    troubled.fail("none");
    const elapsed = stopwatch();
    while ((await served.ask("/private", { sid })).status === 503) {
      assert.ok(elapsed() < 2000, "no recovery within 2 s");
      // oxlint-disable-next-line no-await-in-loop -- waiting
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await served.close();
  });
}

test("serves a page when only the idle time cannot be written, as on a full disk", async () => {
  const [, make] = BOTH_KINDS[0] ?? assert.fail();
  const troubled = make();
  const served = await serve(routes, { store: troubled.store, touchIntervalSeconds: 1, idleSeconds: 60 });
  const sid = await loggedIn(served);
  troubled.fail("throw", "touch");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  troubled.calls.length = 0;
  assert.equal((await served.ask("/private", { sid })).body, "private alice");
  assert.deepEqual(troubled.calls, ["get", "touch"]);
  await served.close();
});

test("refuses an outage policy that does not exist", () => {
  assert.throws(() => whenStoreFails("open" as "refuse"), { code: "OPTION_TYPE" });
});
