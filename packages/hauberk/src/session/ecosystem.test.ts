import assert from "node:assert/strict";
import { describe, test } from "node:test";
import flash from "connect-flash";
import type { Application, Request } from "express";
import { Passport } from "passport";
import { BOTH_KINDS, serve, type Served } from "../../test/session/app.ts";
import "../express.ts";

/** What Passport puts on a request; its own types would declare another `session`. */
interface WithPassport {
  readonly user?: { readonly id: string };
  logIn(user: object, options: object, done: (error?: unknown) => void): void;
  logOut(options: object, done: (error?: unknown) => void): void;
  flash(kind: string, message?: string): unknown;
}

function passported(req: Request): WithPassport {
  return req as unknown as WithPassport;
}

function routes(app: Application): void {
  const passport = new Passport();
  passport.serializeUser((user: unknown, done) => done(null, (user as { readonly id: string }).id));
  passport.deserializeUser((id: string, done) => done(null, { id }));
  app.use(passport.session(), flash());
  app.get("/who", (req, res) => {
    const data = Object.fromEntries(Object.entries(req.session));
    res.json({ user: passported(req).user?.id ?? null, data });
  });
  app.get("/cart", (req, res) => {
    Reflect.set(req.session, "cart", ["a"]);
    res.send("ok");
  });
  app.get("/login/:user", (req, res, next) => {
    const keepSessionInfo = req.query["keep"] !== undefined;
    passported(req).logIn({ id: req.params.user }, { keepSessionInfo }, (error) =>
      error === undefined || error === null ? res.send("in") : next(error),
    );
  });
  app.get("/logout", (req, res, next) => {
    const keepSessionInfo = req.query["keep"] !== undefined;
    passported(req).logOut({ keepSessionInfo }, (error) =>
      error === undefined || error === null ? res.send("out") : next(error),
    );
  });
  app.get("/flash", (req, res) => {
    passported(req).flash("info", "saved");
    res.redirect("/flashed");
  });
  app.get("/flashed", (req, res) => void res.json(passported(req).flash("info")));
  app.get("/callbacks/:call", (req, res, next) => {
    const call = req.params.call as "save" | "reload" | "regenerate" | "destroy";
    const chained = req.session[call]((error) => (error === undefined ? res.send("called") : next(error)));
    assert.equal(typeof chained, "object");
  });
  app.get("/cookie", (req, res) => {
    const { cookie } = req.session;
    assert.equal(req.session.touch(), req.session);
    assert.throws(() => Reflect.apply(Object.assign, Object, [cookie, { maxAge: 5 }]), TypeError);
    res.json(cookie);
  });
}

async function who(served: Served, sid: string | undefined): Promise<unknown> {
  return JSON.parse((await served.ask("/who", { sid })).body) as unknown;
}

for (const [kind, make] of BOTH_KINDS) {
  describe(`with ${kind}`, () => {
    test("Passport logs in under a new id and drops the visitor's data", async () => {
      const served = await serve(routes, { store: make().store });
      const planted = (await served.ask("/cart")).sid;
      const { sid } = await served.ask("/login/alice", { sid: planted });
      assert.notEqual(sid, planted);
      assert.deepEqual(await who(served, sid), { user: "alice", data: { passport: { user: "alice" } } });
      assert.deepEqual(await who(served, planted), { user: null, data: {} });
      await served.close();
    });

    test("Passport keeps the visitor's data when told so", async () => {
      const served = await serve(routes, { store: make().store });
      const planted = (await served.ask("/cart")).sid;
      const { sid } = await served.ask("/login/alice?keep", { sid: planted });
      assert.deepEqual(await who(served, sid), {
        user: "alice",
        data: { cart: ["a"], passport: { user: "alice" } },
      });
      await served.close();
    });

    test("Passport logs in a visitor who has no session yet", async () => {
      const served = await serve(routes, { store: make().store });
      const { sid } = await served.ask("/login/alice");
      assert.deepEqual(await who(served, sid), { user: "alice", data: { passport: { user: "alice" } } });
      await served.close();
    });

    test("Passport logs out, and the old id is nobody's", async () => {
      const served = await serve(routes, { store: make().store });
      const { sid } = await served.ask("/login/alice");
      const out = await served.ask("/logout", { sid });
      assert.deepEqual(await who(served, sid), { user: null, data: {} });
      assert.deepEqual(await who(served, out.sid), { user: null, data: {} });
      const again = (await served.ask("/login/alice?keep")).sid;
      await served.ask("/cart", { sid: again });
      const kept = await served.ask("/logout?keep", { sid: again });
      assert.deepEqual(await who(served, kept.sid), { user: null, data: { cart: ["a"], passport: {} } });
      await served.close();
    });

    test("Passport's login is a 503 without a cookie when it cannot be saved", async () => {
      const troubled = make();
      const served = await serve(routes, { store: troubled.store });
      const planted = (await served.ask("/cart")).sid;
      troubled.fail("reject", "update", "insert");
      const answer = await served.ask("/login/alice", { sid: planted });
      assert.equal(answer.status, 503);
      await served.close();
    });

    test("connect-flash shows a message once, on the next page", async () => {
      const served = await serve(routes, { store: make().store });
      const { sid, status } = await served.ask("/flash");
      assert.equal(status, 302);
      assert.equal((await served.ask("/flashed", { sid })).body, '["saved"]');
      assert.equal((await served.ask("/flashed", { sid })).body, "[]");
      await served.close();
    });

    for (const call of ["save", "reload", "regenerate", "destroy"]) {
      test(`calls back after ${call}, with and without a session, and with the error of a failing store`, async () => {
        const troubled = make();
        const served = await serve(routes, { store: troubled.store });
        assert.equal((await served.ask(`/callbacks/${call}`)).body, "called");
        const { sid } = await served.ask("/cart");
        assert.equal((await served.ask(`/callbacks/${call}`, { sid })).body, "called");
        const second = (await served.ask("/cart")).sid;
        if (call === "save") return served.close();
        troubled.fail("reject", call === "reload" ? "epochOf" : call === "destroy" ? "destroy" : "replace");
        const failed = await served.ask(`/callbacks/${call}`, { sid: second });
        assert.equal(failed.status, call === "reload" ? 200 : 503);
        await served.close();
      });
    }

    test("shows a cookie as express-session does, but not to be changed", async () => {
      const served = await serve(routes, { store: make().store });
      const { sid } = await served.ask("/cart");
      const cookie = JSON.parse((await served.ask("/cookie", { sid })).body) as Record<string, unknown>;
      assert.equal(cookie["secure"], true);
      assert.equal(cookie["sameSite"], "lax");
      assert.equal(cookie["originalMaxAge"], 1_800_000);
      assert.ok(Number(cookie["maxAge"]) > 1_790_000);
      await served.close();
    });
  });
}
